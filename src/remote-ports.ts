import { HttpChallenges } from "./certs/challenges/http-challenges.ts";
import { type TlsAlpnAnswer, TlsAlpnChallenges } from "./certs/challenges/tls-alpn-challenges.ts";
import type { Config } from "./config.ts";
import { DocportError } from "./lib/errors.ts";
import type { HttpsPorts, RemotePorts } from "./net/automatic-https.ts";
import { loopbackOf } from "./net/listen-on.ts";
import { shownFingerprint } from "./net/tls-listener.ts";
import type { WorkerAddress } from "./worker-app.ts";
import { fromOurBuild } from "./workers/channel.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

/** The ports that the workers listen on. What is answered on them all workers answer. */
export function remotePorts(pool: WorkerPool, { domain }: Config): RemotePorts {
  const [name = "localhost"] = domain;
  let placing: Promise<unknown> = Promise.resolve();
  const place: Place = (key, value) => {
    // All hear of everything in the order in which it was said.
    placing = pool.set(key, value).catch(() => {});
    return () => void pool.delete(key).catch(() => {});
  };
  return {
    answers: { http: new SharedHttp(place), tlsAlpn: new SharedTlsAlpn(place) },
    async settled() {
      await placing;
    },
    findWith: (find) => pool.on("answer", (token) => find(String(token))),
    async open(): Promise<HttpsPorts> {
      const addresses = fromOurBuild<WorkerAddress[]>(await pool.start("listening"));
      const [address] = addresses;
      if (!address) throw new RangeError("a pool has at least one worker");
      const { url, host, port, acme, acmeProblem } = address;
      // Workers close their ports themselves, when their requests have ended.
      const close = async (): Promise<void> => {};
      return {
        listener: {
          url,
          host,
          port,
          swap: (pair) => pool.set("pair", pair),
          useTicketKey: (key) => void pool.set("ticketKey", key).catch(() => {}),
          shownFingerprint: (signal) => shownFingerprint(loopbackOf(host), port, name, signal),
          close,
        },
        plain: {
          ...(acme && { listener: { ...acme, close } }),
          ...(acmeProblem && { problem: toDocportError(acmeProblem) }),
        },
      };
    },
  };
}

type Place = (key: string, value: unknown) => () => void;

class SharedHttp extends HttpChallenges {
  readonly #place: Place;

  constructor(place: Place) {
    super();
    this.#place = place;
  }

  override add(token: string, keyAuthorization: string): () => void {
    return both(
      super.add(token, keyAuthorization),
      this.#place(`answer:http:${token}`, keyAuthorization),
    );
  }
}

class SharedTlsAlpn extends TlsAlpnChallenges {
  readonly #place: Place;

  constructor(place: Place) {
    super();
    this.#place = place;
  }

  override add(serverName: string, answer: TlsAlpnAnswer): () => void {
    return both(super.add(serverName, answer), this.#place(`answer:alpn:${serverName}`, answer));
  }
}

function both(one: () => void, other: () => void): () => void {
  return () => {
    one();
    other();
  };
}

function toDocportError(sent: NonNullable<WorkerAddress["acmeProblem"]>): DocportError {
  const { code, message, hint } = sent;
  return new DocportError(code, message, hint === undefined ? {} : { hint });
}
