import type { UsageBook } from "../../lib/client-usage.ts";
import type { Clock } from "../../lib/clock.ts";
import { UseCounts } from "../../lib/use-counts.ts";
import type { HttpLimits } from "../http-options.ts";
import { serverBusy, tooManyOpen, tooManyRequests } from "./refusals.ts";
import { TokenBuckets } from "./token-buckets.ts";

/** Keeps one client from taking what is there for all, and all from taking the process down. */
export interface TrafficGuard {
  /** Lets a request in, or says why not. `client`: see `clientOf`; undefined is not limited alone. */
  enter(client: string | undefined): Visit | Response;
  /** What is going on now. */
  load(): TrafficLoad;
  /** Of requests in a minute; what is open at once each process counts by itself. */
  readonly usage: UsageBook;
}

export interface TrafficLoad {
  /** Requests that are worked on. */
  readonly inFlight: number;
  /** Answers that are streams and have not ended. */
  readonly openStreams: number;
}

/** A request that was let in. */
export interface Visit {
  /**
   * Its credential was accepted: from here on it counts as the caller's and not as its address's,
   * so that a company behind one address is many callers. A response is the refusal.
   */
  identify(caller: string): Response | undefined;
  /** What the request turned out to hold. Call it after `identify`. A response is the refusal. */
  holds(work: RequestWork): Response | undefined;
  /** Ends the visit with its answer; one that is read piece by piece counts until its end. */
  leave(response: Response): Promise<Response>;
  /** Ends the visit without a stream. Either of the two, once. */
  end(): void;
}

/** Which of the two it is, without the web's classes, which are loaded when they are first named. */
export function isVisit(entered: Visit | Response): entered is Visit {
  return "leave" in entered;
}

/** What a request asks for. */
export interface RequestWork {
  /** JSON-RPC messages: a batch counts as the requests that it holds. */
  readonly messages: number;
  readonly searches: number;
}

type GuardLimits = Pick<
  HttpLimits,
  | "requestsPerMinute"
  | "maxInFlight"
  | "maxInFlightPerClient"
  | "maxSearchesPerClient"
  | "maxStreamsPerClient"
>;

/** Long answers cost what it takes to write them: this much counts as one more request. */
const BYTES_PER_REQUEST = 16 * 1024;

export function createTrafficGuard(limits: GuardLimits, clock: Clock): TrafficGuard {
  const { requestsPerMinute: perMinute, maxInFlight } = limits;
  const buckets = new TokenBuckets({ perMinute, clock });
  const requests = new UseCounts(limits.maxInFlightPerClient);
  const searches = new UseCounts(limits.maxSearchesPerClient);
  const streams = new UseCounts(limits.maxStreamsPerClient);
  let inFlight = 0;
  let openStreams = 0;

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
      if (!close) return tooManyOpen("requests", limits.maxInFlightPerClient);
      inFlight += 1;
      const openSearches: (() => void)[] = [];
      const free = (): void => {
        close?.();
        for (const closeSearch of openSearches.splice(0)) closeSearch();
      };

      return {
        end() {
          inFlight -= 1;
          free();
        },
        identify(caller) {
          if (address !== undefined) buckets.giveBack(address);
          close?.();
          client = `caller ${caller}`;
          const tooFast = count(client);
          close = tooFast ? undefined : requests.open(client);
          return (
            tooFast ?? (close ? undefined : tooManyOpen("requests", limits.maxInFlightPerClient))
          );
        },
        holds(work) {
          if (client === undefined) return undefined;
          buckets.charge(client, Math.max(0, work.messages - 1));
          for (let i = 0; i < work.searches; i++) {
            const closeSearch = searches.open(client);
            if (!closeSearch) return tooManyOpen("searches", limits.maxSearchesPerClient);
            openSearches.push(closeSearch);
          }
          return undefined;
        },
        async leave(response) {
          inFlight -= 1;
          if (client === undefined || !response.body || isWrittenAtOnce(response)) {
            free();
            return response;
          }
          const payer = client;
          const onPiece = (bytes: number): void => buckets.charge(payer, bytes / BYTES_PER_REQUEST);
          if (!isStream(response))
            return watched(response, response.body, { onPiece, ended: free });
          const closeStream = streams.open(client);
          if (!closeStream) {
            free();
            await response.body.cancel();
            return tooManyOpen("streams", limits.maxStreamsPerClient);
          }
          // An open stream counts as a stream; the searches that it answers still run.
          close?.();
          openStreams += 1;
          let isOpen = true;
          const ended = (): void => {
            free();
            closeStream();
            if (isOpen) openStreams -= 1;
            isOpen = false;
          };
          return watched(response, response.body, { onPiece, ended });
        },
      };
    },
    load: () => ({ inFlight, openStreams }),
    usage: buckets,
  };
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

/** Answers of JSON are at most as long as a page's part; they are in one piece already. */
function isWrittenAtOnce({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("application/json") === true;
}

interface Watcher {
  /** Told of each piece that was read, in bytes. */
  readonly onPiece: (bytes: number) => void;
  /** Told when the body has been read, cut off or given up. */
  readonly ended: () => void;
}

/** The same response, of which the watcher is told as its body is read. */
function watched(
  response: Response,
  body: ReadableStream<Uint8Array>,
  { onPiece, ended }: Watcher,
): Response {
  const reader = body.getReader();
  const counted = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (value) {
            onPiece(value.byteLength);
            controller.enqueue(value);
          }
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
