import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { bearerTokenOf } from "./auth/bearer-token.ts";
import { TokenBuckets } from "./limits/token-buckets.ts";
import { textResponse } from "./responses.ts";
import type { RouteEntries } from "./route.ts";

export interface RefreshHook {
  readonly secret: string;
  /** Has all sources read again soon; returns at once. */
  readonly ask: () => void;
}

export const REFRESH_PATH = "/-/refresh";

/** What is pushed is told in a few kilobytes. It is hashed as it comes, and not kept. */
const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Of everybody who knows the secret, together. */
const ASKS_PER_MINUTE = 60;

/**
 * `POST /-/refresh`, for the webhook of a repository or a publishing job. The secret is shown in one
 * of three ways: a signature of the body (`X-Hub-Signature-256`, as GitHub makes it), the secret
 * itself as GitLab sends it (`X-Gitlab-Token`), or as a bearer token.
 */
export function refreshRoutes({ secret, ask }: RefreshHook, clock: Clock): RouteEntries {
  const asks = new TokenBuckets({ perMinute: ASKS_PER_MINUTE, maxClients: 1, clock });
  const post = async (request: Request): Promise<Response> => {
    const refusal = await refuse(request, secret);
    if (refusal) return refusal;
    // Counted after the secret, so that nobody without it can keep those with it out.
    const { isAllowed, retryInMs } = asks.take("");
    if (!isAllowed) {
      const seconds = String(Math.ceil(retryInMs / 1_000));
      return textResponse(429, "Too many requests to refresh.", { "retry-after": seconds });
    }
    ask();
    return textResponse(202, "The sources are read again.");
  };
  return [[REFRESH_PATH, { POST: post }]];
}

async function refuse(request: Request, secret: string): Promise<Response | undefined> {
  const { headers } = request;
  const token = bearerTokenOf(headers) ?? headers.get("x-gitlab-token") ?? undefined;
  const signature = headers.get("x-hub-signature-256") ?? undefined;
  if (token !== undefined && isEqual(token, secret)) return undefined;
  if (signature !== undefined) {
    const mac = await macOfBody(request, secret);
    if (mac === undefined) return textResponse(413, "The body is too long.");
    if (isEqual(signature, `sha256=${mac}`)) return undefined;
  }
  return textResponse(401, "Sign the body with the secret (X-Hub-Signature-256), or send it.");
}

/** In a time that tells nothing of where they differ, nor of their lengths. */
function isEqual(a: string, b: string): boolean {
  const [one, other] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}

/** In hex; undefined when the body is too long. */
async function macOfBody(request: Request, secret: string): Promise<string | undefined> {
  const mac = createHmac("sha256", secret);
  let sizeBytes = 0;
  for await (const chunk of request.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > MAX_BODY_BYTES) return undefined;
    mac.update(chunk);
  }
  return mac.digest("hex");
}
