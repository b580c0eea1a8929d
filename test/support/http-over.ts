import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { TLSSocket } from "node:tls";

export interface ReadAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** SHA-256 fingerprint of the leaf that the server showed; of HTTPS only. */
  readonly fingerprint256: string | undefined;
  /** The subjectAltName of that leaf as Node writes it: `DNS:docs.example.com, DNS:...`. */
  readonly altNames: string | undefined;
}

export interface AskOptions {
  /** Where to connect to, whatever the URL's host. Default 127.0.0.1. */
  readonly address?: string;
  /** Roots that the server's certificate must end at, in PEM; absent: anything goes. */
  readonly roots?: string | undefined;
  readonly agent?: Agent;
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request to a name that no DNS knows, as a client would make it that resolves it to us. */
export function ask(href: string, options: AskOptions = {}): Promise<ReadAnswer> {
  const { address = "127.0.0.1", roots, agent, method = "GET", body, headers = {} } = options;
  const url = new URL(href);
  const isSecure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const isAddress = /^[\d.]+$|:/.test(host);
  const requestOptions: RequestOptions = {
    host: address,
    port: url.port === "" ? (isSecure ? 443 : 80) : url.port,
    path: `${url.pathname}${url.search}`,
    method,
    headers: { host: url.host, ...headers },
    ...(isAddress ? {} : { servername: host }),
    ...(roots === undefined ? { rejectUnauthorized: false } : { ca: roots }),
    agent: agent ?? false,
  };
  return new Promise((resolve, reject) => {
    const outgoing = (isSecure ? httpsRequest : httpRequest)(requestOptions, (incoming) => {
      const { socket } = incoming;
      const leaf =
        "getPeerCertificate" in socket ? (socket as TLSSocket).getPeerCertificate() : undefined;
      let text = "";
      incoming.setEncoding("utf8");
      incoming.on("data", (chunk: string) => (text += chunk));
      incoming.on("end", () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: text,
          fingerprint256: leaf?.fingerprint256,
          altNames: leaf?.subjectaltname,
        }),
      );
      incoming.on("error", reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Asks again until `isDone` says so, for at most `timeoutMs`. Resolves with the last answer. */
export async function askUntil(
  question: () => Promise<ReadAnswer>,
  isDone: (answer: ReadAnswer) => boolean,
  timeoutMs = 15_000,
): Promise<ReadAnswer> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    let last: unknown;
    try {
      const answer = await question();
      if (isDone(answer)) return answer;
      last = `${answer.status} ${answer.body.slice(0, 300)}`;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error("not in time", { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
