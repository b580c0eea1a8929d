import { randomUUID } from "node:crypto";
import type { JSONRPCMessage } from "@modelcontextprotocol/server";
import { systemClock } from "../lib/clock.ts";
import { sendChanges } from "../mcp/change-events.ts";
import type { HttpHandlerOptions, HttpLimits } from "./http-options.ts";
import { workIn } from "./limits/work-in.ts";
import { readJsonBody } from "./read-json-body.ts";
import { textResponse } from "./responses.ts";
import type { RouteContext } from "./route.ts";
import { SseStream } from "./sse-stream.ts";
import { SseTransport } from "./sse-transport.ts";

/** The HTTP+SSE transport of 2024-11-05: answers go over a stream, requests to a path beside it. */
export interface SseEndpoint {
  /** `GET /sse`: opens a stream, whose first event names the path to post to. */
  open(request: Request): Promise<Response>;
  /** `POST /message?sessionId=...`: 202; the answer comes over the stream. */
  message(request: Request, context: RouteContext): Promise<Response>;
  /** Ends all streams. */
  close(): void;
}

export const MESSAGE_PATH = "/message";

/** Other processes that the same clients reach: a stream is open in one, its messages come to any. */
export interface SseRelay {
  /** Takes the messages for a session of this process that came to another, until it is called off. */
  register(sessionId: string, onMessage: (message: JSONRPCMessage) => void): () => void;
  /** Hands a message to the process that has the session; false: none has. */
  relay(sessionId: string, message: JSONRPCMessage): Promise<boolean>;
}

interface Session {
  readonly stream: SseStream;
  readonly transport: SseTransport;
  readonly unregister: (() => void) | undefined;
}

export function createSseEndpoint(options: HttpHandlerOptions, limits: HttpLimits): SseEndpoint {
  const clock = options.clock ?? systemClock;
  const sessions = new Map<string, Session>();
  let ticking: AbortController | undefined;

  /** One clock for all streams, as long as there are any. */
  async function keepAlive({ signal }: AbortController): Promise<void> {
    for (;;) {
      await clock.sleep(limits.keepAliveInMs, signal);
      for (const { stream } of sessions.values()) stream.write(": keep-alive\n\n");
    }
  }

  function forget(id: string): void {
    const { transport, unregister } = sessions.get(id) ?? {};
    sessions.delete(id);
    unregister?.();
    transport?.onclose?.();
    if (sessions.size > 0) return;
    ticking?.abort();
    ticking = undefined;
  }

  async function connect(transport: SseTransport): Promise<void> {
    const server = await options.createServer({ era: "legacy", hasStream: true });
    if (options.events) sendChanges(server, options.events, { era: "legacy" });
    await server.connect(transport);
  }

  return {
    async open(request) {
      if (sessions.size >= limits.maxStreams) {
        return textResponse(503, "Too many open streams. POST /mcp needs none.", {
          "retry-after": "60",
        });
      }
      const id = randomUUID();
      const stream = new SseStream(() => forget(id));
      const transport = new SseTransport(stream);
      const take = (message: JSONRPCMessage): void => transport.onmessage?.(message);
      sessions.set(id, { stream, transport, unregister: options.sseRelay?.register(id, take) });
      request.signal.addEventListener("abort", () => stream.end(), { once: true });
      try {
        await connect(transport);
      } catch (error) {
        stream.end();
        throw error;
      }
      stream.write(`event: endpoint\ndata: ${MESSAGE_PATH}?sessionId=${id}\n\n`);
      if (!ticking) {
        ticking = new AbortController();
        // Rejects when the last stream has ended, and with nothing else.
        keepAlive(ticking).catch(() => {});
      }
      return stream.toResponse();
    },

    async message(request, { visit, notes }) {
      const id = new URL(request.url).searchParams.get("sessionId");
      const session = id === null ? undefined : sessions.get(id);
      if (!session && (id === null || !options.sseRelay)) return noSession();
      const body = await readJsonBody(request, limits);
      if (body instanceof Response) return body;
      notes.readMessages(body.value);
      const refusal = visit?.holds(workIn(body.value));
      if (refusal) return refusal;
      const { parseJSONRPCMessage } = await import("@modelcontextprotocol/server");
      let message: ReturnType<typeof parseJSONRPCMessage>;
      try {
        message = parseJSONRPCMessage(body.value);
      } catch {
        return textResponse(400, "The body is not a JSON-RPC message.");
      }
      if (session) session.transport.onmessage?.(message);
      else if (!(await options.sseRelay?.relay(id ?? "", message))) return noSession();
      return textResponse(202, "Accepted");
    },

    close() {
      for (const { stream } of sessions.values()) stream.end();
    },
  };
}

function noSession(): Response {
  return textResponse(404, "No such session: open one with GET /sse, or POST to /mcp.");
}
