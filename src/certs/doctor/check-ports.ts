import { messageOf } from "../../lib/errors.ts";
import {
  type DoctorWorld,
  type HttpAnswer,
  type PortProbe,
  PUBLIC_HTTP_PORT,
  PUBLIC_HTTPS_PORT,
  probe,
} from "./doctor-world.ts";
import { type Finding, good, problem, unknown, warning } from "./finding.ts";

const CHALLENGE_FOLDER = "/.well-known/acme-challenge/";

/** Whether this user may listen on the port, and whether it is the one that the CA comes to. */
export function judgePort(
  { kind, ...rest }: PortProbe,
  port: number,
  use: "https" | "http",
): readonly Finding[] {
  const publicPort = use === "https" ? PUBLIC_HTTPS_PORT : PUBLIC_HTTP_PORT;
  const forwarded =
    port === publicPort
      ? []
      : [
          warning(
            "ports",
            `Docport listens on port ${port}, and the CA comes to port ${publicPort}.`,
            `Forward port ${publicPort} from outside to port ${port} here.`,
          ),
        ];
  if (kind === "ours")
    return [good("ports", `Port ${port} is free, and we may listen on it.`), ...forwarded];
  const { message, code, hint = "Choose another port." } = "error" in rest ? rest.error : NO_ERROR;
  // Without port 80 there is TLS-ALPN-01 on 443; without 443 there is no server.
  const isBusy = code === "ERR_LISTEN_IN_USE";
  const tell = use === "https" && !isBusy ? problem : warning;
  const fix = isBusy
    ? `If it is docport itself, all is well. Otherwise: ${hint}`
    : use === "http"
      ? hint.replaceAll("--port", "--acme-port")
      : hint;
  return [tell("ports", `${message}.`, fix), ...forwarded];
}

const NO_ERROR = { message: "The port could not be had", code: "", hint: undefined };

export interface ReachQuestion {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Whether our own responder answers on the port of the challenge. */
  readonly isOurs: boolean;
  /** What nobody else can answer. */
  readonly nonce: string;
}

/** Whether each address is this server, as far as that can be seen from here. */
export async function checkReach(
  world: DoctorWorld,
  { name, addresses, isOurs, nonce }: ReachQuestion,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const own = world.ownAddresses();
  const question = { port: PUBLIC_HTTP_PORT, host: name, path: CHALLENGE_FOLDER + nonce };
  return await Promise.all(
    addresses.map(async (address) => {
      if (own.includes(address)) return good("reach", `${address} is an address of this computer.`);
      if (!isOurs) return notSeen(address, "our port for it could not be opened");
      try {
        const ask = (inner: AbortSignal): Promise<HttpAnswer> =>
          world.get({ ...question, address }, inner);
        const { status, body } = await probe(world.clock, signal, ask);
        if (body.trim() === nonce) return good("reach", `${address} leads here.`);
        return problem(
          "reach",
          `Another server than this one answers at ${address} for ${name} (status ${status}).`,
          `Take ${address} out of the DNS of ${name}, or forward its port 80 to this computer.`,
        );
      } catch (error) {
        signal.throwIfAborted();
        return notSeen(address, messageOf(error));
      }
    }),
  );
}

/** Many routers do not let a computer reach itself from outside: that proves nothing. */
function notSeen(address: string, why: string): Finding {
  return unknown(
    "reach",
    `Whether ${address} leads here cannot be seen from here (${why}).`,
    "Open port 80 of that address from another network, such as a phone's.",
  );
}

const MAX_REDIRECTS = 10;

/** Where a CA ends up that asks for the challenge by name. `nonce` as in {@link checkReach}. */
export async function checkRedirects(
  world: DoctorWorld,
  name: string,
  nonce: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  let url = new URL(`http://${name}${CHALLENGE_FOLDER}${nonce}`);
  for (let followed = 0; followed <= MAX_REDIRECTS; followed++) {
    let answer: HttpAnswer;
    try {
      const question = {
        port: PUBLIC_HTTP_PORT,
        host: url.hostname,
        path: url.pathname + url.search,
      };
      answer = await probe(world.clock, signal, (inner) => world.get(question, inner));
    } catch {
      signal.throwIfAborted();
      return []; // What cannot be reached has been told of already.
    }
    const { status, location } = answer;
    if (status < 300 || status >= 400 || location === undefined) return [];
    if (!URL.canParse(location, url.href)) {
      return [leadsAstray(name, `to ${location.slice(0, 200)}, which is no URL`)];
    }
    url = new URL(location, url);
    if (url.protocol !== "http:" && url.protocol !== "https:") {
      return [leadsAstray(name, `to ${url.href}, and a CA follows http and https only`)];
    }
    if (url.port !== "")
      return [leadsAstray(name, `to ${url.href}, and a CA follows to ports 80 and 443 only`)];
    if (url.hostname !== name) {
      const fix = `Answer ${CHALLENGE_FOLDER} on ${name} itself, unless ${url.hostname} is this server too.`;
      return [warning("redirect", `${name} redirects the CA to ${url.hostname}.`, fix)];
    }
    // A certificate is what is being looked for: a CA does not mind what https shows, we cannot ask it.
    if (url.protocol === "https:") {
      const fix = "Let the challenge be answered over plain HTTP; it must not need a certificate.";
      return [warning("redirect", `${name} redirects the challenge to HTTPS.`, fix)];
    }
  }
  return [leadsAstray(name, `more than ${MAX_REDIRECTS} times`)];
}

function leadsAstray(name: string, where: string): Finding {
  return problem(
    "redirect",
    `${name} redirects the CA ${where}.`,
    `Leave ${CHALLENGE_FOLDER} out of the redirect.`,
  );
}
