import { HttpChallenges } from "../certs/challenges/http-challenges.ts";
import { coversName } from "../lib/certificate-chain.ts";
import type { WebHandler } from "./web-bridge.ts";

export interface RedirectOptions {
  readonly challenges: HttpChallenges;
  /** Asks the other replicas for an answer to a token that is not known here. Default: there are none. */
  readonly findAnswer?: ((token: string) => Promise<string | undefined>) | undefined;
  /** Names of the certificate: only they are redirected to. */
  readonly names: readonly string[];
  /** Where HTTPS is, as clients see it. Default 443. */
  readonly httpsPort?: number;
}

const PLAIN = { "content-type": "text/plain; charset=utf-8" } as const;

/**
 * What the plain HTTP port is for: the CA's HTTP-01 questions (RFC 8555 §8.3), and a permanent
 * redirect to HTTPS that keeps the method. A Host that is not ours is redirected nowhere: whoever
 * resolves a name to us could otherwise send people where they like.
 */
export function createRedirectHandler(options: RedirectOptions): WebHandler {
  const { names, httpsPort = 443 } = options;
  return (request) => {
    const url = new URL(request.url);
    if (HttpChallenges.isChallengePath(url.pathname)) return answer(options, request, url);
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    if (!coversName(names, host)) {
      return new Response("This server does not go by that name.\n", {
        status: 421,
        headers: PLAIN,
      });
    }
    const port = httpsPort === 443 ? "" : `:${httpsPort}`;
    const location = `https://${url.hostname.replace(/\.$/, "")}${port}${url.pathname}${url.search}`;
    return new Response(null, { status: 308, headers: { location } });
  };
}

async function answer(
  { challenges, findAnswer }: RedirectOptions,
  request: Request,
  { pathname }: URL,
): Promise<Response> {
  const isRead = request.method === "GET" || request.method === "HEAD";
  const token = HttpChallenges.tokenOf(pathname);
  const body =
    isRead && token !== undefined
      ? (challenges.answer(pathname) ?? (await findAnswer?.(token)))
      : undefined;
  if (body === undefined) {
    return new Response("There is no such challenge.\n", { status: 404, headers: PLAIN });
  }
  const headers = { "content-type": "application/octet-stream", "cache-control": "no-store" };
  return new Response(request.method === "HEAD" ? null : body, { headers });
}
