import type { Clock } from "../../lib/clock.ts";
import { UseCounts } from "../../lib/use-counts.ts";
import type { HttpLimits } from "../http-options.ts";
import { serverBusy, tooManyOpen, tooManyRequests } from "./refusals.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** Keeps one client from taking what is there for all, and all from taking the process down. */
export interface TrafficGuard {
  /** Lets a request in, or says why not. `client`: see `clientOf`; undefined is not limited alone. */
  enter(client: string | undefined): Visit | Response;
}

/** A request that was let in. */
export interface Visit {
  /**
   * Its credential was accepted: from here on it counts as the caller's and not as its address's,
   * so that a company behind one address is many callers. A response is the refusal.
   */
  identify(caller: string): Response | undefined;
  /** Ends the visit with its answer; one that is a stream goes on counting until it ends. */
  leave(response: Response): Promise<Response>;
}

type GuardLimits = Pick<
  HttpLimits,
  "requestsPerMinute" | "maxInFlight" | "maxInFlightPerClient" | "maxStreamsPerClient"
>;

export function createTrafficGuard(limits: GuardLimits, clock: Clock): TrafficGuard {
  const { requestsPerMinute: perMinute, maxInFlight } = limits;
  const buckets = new TokenBuckets({ perMinute, clock });
  const requests = new UseCounts(limits.maxInFlightPerClient);
  const streams = new UseCounts(limits.maxStreamsPerClient);
  let inFlight = 0;

  const count = (client: string): Response | undefined => {
    const { isAllowed, retryInMs } = buckets.take(client);
    return isAllowed ? undefined : tooManyRequests(perMinute, retryInMs);
  };

  return {
    enter(address) {
      // Before anything is looked at: when there is too much to do, refusing must cost nothing.
      if (inFlight >= maxInFlight) return serverBusy();
      const refusal = address === undefined ? undefined : count(address);
      if (refusal) return refusal;
      let client = address;
      let close = client === undefined ? () => {} : requests.open(client);
      if (!close) return tooManyOpen("requests");
      inFlight += 1;

      return {
        identify(caller) {
          if (address !== undefined) buckets.giveBack(address);
          close?.();
          client = `caller ${caller}`;
          const tooFast = count(client);
          close = tooFast ? undefined : requests.open(client);
          return tooFast ?? (close ? undefined : tooManyOpen("requests"));
        },
        async leave(response) {
          inFlight -= 1;
          close?.();
          if (client === undefined || !response.body || !isStream(response)) return response;
          const closeStream = streams.open(client);
          if (closeStream) return whenEnded(response, response.body, closeStream);
          await response.body.cancel();
          return tooManyOpen("streams");
        },
      };
    },
  };
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** The same response, with `ended` called when its body has been read, cut off or given up. */
function whenEnded(
  response: Response,
  body: ReadableStream<Uint8Array>,
  ended: () => void,
): Response {
  const reader = body.getReader();
  const counted = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (value) controller.enqueue(value);
          if (!done) return;
          ended();
          controller.close();
        } catch (error) {
          ended();
          controller.error(error);
        }
      },
      async cancel(reason) {
        ended();
        await reader.cancel(reason);
      },
    },
    // Reads only what is asked for, as without it.
    { highWaterMark: 0 },
  );
  const { status, headers } = response;
  return new Response(counted, { status, headers });
}
