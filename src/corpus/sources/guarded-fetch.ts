import type { LookupFunction } from "node:net";
import { Readable } from "node:stream";
import type { Fetch } from "./fetch-resource.ts";
import { createGuardedRequest, decodedBody } from "./guarded-request.ts";

/** Pages of an llms.txt are fetched side by side, but not more than these. */
const MAX_SOCKETS = 8;

/**
 * The part of `fetch` that sources need, over connections that are checked when they are made: to
 * private addresses only when the source itself names one. Redirects are given back, not followed.
 *
 * @param source what the user named.
 */
export function createGuardedFetch(source: URL, lookup?: LookupFunction): Fetch {
  const request = createGuardedRequest(source, {
    maxSockets: MAX_SOCKETS,
    ...(lookup && { lookup }),
  });
  return async (input, init = {}) => {
    const response = await request(new URL(input instanceof Request ? input.url : input), {
      headers: Object.fromEntries(new Headers(init.headers)),
      signal: init.signal ?? new AbortController().signal,
    });
    const { statusCode: status = 0, headers } = response;
    if (status < 200 || status > 599) {
      response.destroy();
      throw new Error(`the status ${status} is none`);
    }
    const hasBody = ![204, 205, 304].includes(status);
    if (!hasBody) response.resume();
    const body = hasBody ? streamOf(decodedBody(response)) : null;
    const given = Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().map((one): [string, string] => [name, one]),
    );
    return new Response(body, { status, headers: given });
  };
}

/** A cancelled stream ends the connection. */
function streamOf(body: Readable): ReadableStream<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
