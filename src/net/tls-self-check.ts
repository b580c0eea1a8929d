import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { connect } from "node:tls";
import { http01Path } from "../acme/challenge.ts";
import { tlsAlpnServerName } from "../acme/identifier.ts";
import { ACME_TLS_ALPN_PROTOCOL } from "../acme/tls-alpn-certificate.ts";
import type { ChallengeToAnswer, SelfCheck } from "../certs/challenges/challenge-responder.ts";
import { loopbackOf } from "./listen-on.ts";

/** A listener of ours. */
export interface OwnListener {
  readonly host: string;
  readonly port: number;
}

const TIMEOUT_MS = 5_000;
const MAX_BODY_BYTES = 1_024;

/** Asks our own HTTP listener for the answer to HTTP-01, as the CA would. */
export function httpSelfCheck(listener: OwnListener): SelfCheck {
  return async (challenge, signal) => {
    const { status, body } = await get(listener, challenge, signal);
    if (body.trimEnd() === challenge.keyAuthorization) return undefined;
    return status === 200
      ? "our own listener gives another answer"
      : `our own listener answers with status ${status}`;
  };
}

function get(
  { host, port }: OwnListener,
  { token, identifier }: ChallengeToAnswer,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: loopbackOf(host),
        port,
        path: http01Path(token),
        headers: {
          host: identifier.value.includes(":") ? `[${identifier.value}]` : identifier.value,
        },
        agent: false,
        timeout: TIMEOUT_MS,
        signal,
      },
      (incoming) => {
        let body = "";
        incoming.setEncoding("latin1");
        incoming.on("data", (chunk: string) => {
          body += chunk;
          if (body.length > MAX_BODY_BYTES) incoming.destroy(new Error("the answer is too long"));
        });
        incoming.on("end", () => resolve({ status: incoming.statusCode ?? 0, body }));
        incoming.on("error", reject);
      },
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error("our own listener does not answer")));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Shakes hands with our own HTTPS listener for TLS-ALPN-01, as the CA would (RFC 8737 §3). */
export function tlsAlpnSelfCheck(listener: OwnListener): SelfCheck {
  return (challenge, signal) =>
    new Promise((resolve, reject) => {
      const digest = createHash("sha256").update(challenge.keyAuthorization).digest();
      const socket = connect({
        host: loopbackOf(listener.host),
        port: listener.port,
        servername: tlsAlpnServerName(challenge.identifier),
        ALPNProtocols: [ACME_TLS_ALPN_PROTOCOL],
        // It signs itself by design; what counts is what is in it.
        rejectUnauthorized: false,
      });
      const stop = (): void => void socket.destroy(new Error("stopped"));
      signal.addEventListener("abort", stop, { once: true });
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no handshake in time")));
      socket.once("secureConnect", () => {
        const isAnswer =
          socket.alpnProtocol === ACME_TLS_ALPN_PROTOCOL &&
          socket.getPeerCertificate().raw.includes(digest);
        resolve(isAnswer ? undefined : "our own listener shows another certificate");
        socket.end();
      });
      socket.once("error", reject);
      socket.once("close", () => signal.removeEventListener("abort", stop));
      if (signal.aborted) stop();
    });
}
