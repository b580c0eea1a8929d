import type { IncomingMessage } from "node:http";
import type { Era } from "../../mcp/direct/read-request.ts";
import type { Door } from "./door.ts";
import { NodeHead } from "./node-head.ts";
import { PlainHeaders } from "./plain-headers.ts";

/** Heads of answers, each worked out once by the functions of the web path. */
export interface AnswerHeads {
  /** Whether the Host and the Origin are let in; a no is for the web path to look at again. */
  isWelcome(incoming: IncomingMessage): boolean;
  /** Names and values in turn, of an answer of status 200 to a request that was welcome. */
  headOf(incoming: IncomingMessage, era: Era): readonly string[];
}

/** What the SDK says of its answers: of JSON, and of an event stream. */
const OWN_HEADERS: Readonly<Record<Era, Readonly<Record<string, string>>>> = {
  modern: { "content-type": "application/json" },
  legacy: {
    "cache-control": "no-cache, no-transform",
    "content-type": "text/event-stream",
    "x-accel-buffering": "no",
  },
};

/** Hosts and origins that are remembered; a server has one or two of each. */
const MAX_KNOWN = 256;

export function createAnswerHeads(door: Door): AnswerHeads {
  const known = new Map<string, Map<string, readonly string[]>>();

  const admit = (key: string, incoming: IncomingMessage): boolean => {
    const host = incoming.headers.host ?? "";
    const href = `http://${host}${incoming.url ?? ""}`;
    // As the bridge to web requests has it: what makes no URL, or another one, is refused there.
    if (/[^\w.:[\]-]/.test(host) || host === "" || !URL.canParse(href)) return false;
    if (door.refuse(new NodeHead(incoming), new URL(href))) return false;
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, new Map());
    return true;
  };

  return {
    isWelcome(incoming) {
      const key = keyOf(incoming);
      return known.has(key) || admit(key, incoming);
    },
    headOf(incoming, era) {
      const heads = known.get(keyOf(incoming));
      const kept = heads?.get(era);
      if (kept) return kept;
      const headers = new PlainHeaders(OWN_HEADERS[era]);
      door.finish(headers, new NodeHead(incoming), { pathname: incoming.url ?? "/" });
      const head = [...headers].flat();
      heads?.set(era, head);
      return head;
    },
  };
}

/** All that the checks of Host and Origin, and the headers of an answer, depend on. */
function keyOf({ url = "", headers }: IncomingMessage): string {
  const { host = "", origin } = headers;
  // No Origin is not an empty one, which is refused.
  return origin === undefined ? `${url} ${host}` : `${url} ${host} ${origin}`;
}
