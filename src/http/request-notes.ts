import { randomUUID } from "node:crypto";
import { parseTraceparent, type TraceContext } from "../lib/trace-context.ts";

/** What proxies make: UUIDs, hexadecimal, ULIDs, AWS's `1-67891233-abcdef`. */
const REQUEST_ID = /^[\w.:=+/-]{1,128}$/;

/** Tools by the names that they may be counted under; every other name is the client's invention. */
const TOOL_NAMES: ReadonlySet<string> = new Set(["search", "fetch", "server_status"]);

/** What is found out of a request while it is answered, for those who watch and for the log. */
export class RequestNotes {
  /** See `AnsweredRequest.route`. */
  route = "refused";
  /** See `AnsweredRequest.tool`. */
  tool: string | undefined;
  readonly #header: (name: string) => string | null;
  readonly #trustsIds: boolean;
  #requestId: string | undefined;
  #metaTraceparent: unknown;

  /** `trustsIds`: a proxy of the owner's stands before the server, and its ids are taken. */
  constructor(header: (name: string) => string | null, trustsIds: boolean) {
    this.#header = header;
    this.#trustsIds = trustsIds;
  }

  /** The proxy's `X-Request-Id`, or one made here; the same each time. */
  get requestId(): string {
    const given = this.#trustsIds ? this.#header("x-request-id") : null;
    this.#requestId ??= given !== null && REQUEST_ID.test(given) ? given : randomUUID();
    return this.#requestId;
  }

  /** The caller's: what MCP's `_meta` says (SEP-414) goes over the header, which is a hop's. */
  get trace(): TraceContext | undefined {
    return parseTraceparent(this.#metaTraceparent) ?? parseTraceparent(this.#header("traceparent"));
  }

  /** Takes the tool and the trace of a JSON-RPC body, of a batch from the first message that has one. */
  readMessages(body: unknown): void {
    for (const message of Array.isArray(body) ? body : [body]) {
      if (!isRecord(message) || !isRecord(message["params"])) continue;
      const { name, _meta: meta } = message["params"];
      if (isRecord(meta)) this.#metaTraceparent ??= meta["traceparent"];
      if (message["method"] !== "tools/call") continue;
      this.tool ??= typeof name === "string" && TOOL_NAMES.has(name) ? name : "unknown";
    }
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
