import type { ServerResponse } from "node:http";
import type { SSEServerTransport } from "@modelcontextprotocol/server-legacy/sse";
import { systemClock } from "../lib/clock.ts";
import { sendChanges } from "../mcp/change-events.ts";
import type { HttpHandlerOptions, HttpLimits } from "./http-options.ts";
import { workIn } from "./limits/work-in.ts";
import { readJsonBody } from "./read-json-body.ts";
import { textResponse } from "./responses.ts";
import type { RouteContext } from "./route.ts";
import { SseStream } from "./sse-stream.ts";

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

export function createSseEndpoint(options: HttpHandlerOptions, limits: HttpLimits): SseEndpoint {
  const clock = options.clock ?? systemClock;
  const sessions = new Map<string, { transport: SSEServerTransport; stream: SseStream }>();

  const keepAlive = async (stream: SseStream, signal: AbortSignal): Promise<void> => {
    while (stream.isOpen) {
      await clock.sleep(limits.keepAliveInMs, signal);
      stream.write(": keep-alive\n\n");
    }
  };

  return {
    async open(request) {
      // A third of the code of a server, for what few clients still speak.
      const { SSEServerTransport } = await import("@modelcontextprotocol/server-legacy/sse");
      if (sessions.size >= limits.maxStreams) {
        return textResponse(503, "Too many open streams. POST /mcp needs none.", {
          "retry-after": "60",
        });
      }
      const stream = new SseStream();
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see SseStream: it has what the transport uses
      const transport = new SSEServerTransport(MESSAGE_PATH, stream as unknown as ServerResponse);
      sessions.set(transport.sessionId, { transport, stream });
      const closing = new AbortController();
      stream.once("close", () => {
        sessions.delete(transport.sessionId);
        closing.abort();
      });
      request.signal.addEventListener("abort", () => stream.end(), { once: true });
      try {
        const server = options.createServer({ era: "legacy", hasStream: true });
        if (options.events) sendChanges(server, options.events, { era: "legacy" });
        await server.connect(transport);
      } catch (error) {
        stream.end();
        throw error;
      }
      // Rejects when the stream ends, and with nothing else.
      keepAlive(stream, closing.signal).catch(() => {});
      return stream.toResponse();
    },

    async message(request, { visit, notes }) {
      const id = new URL(request.url).searchParams.get("sessionId");
      const session = id === null ? undefined : sessions.get(id);
      if (!session) {
        return textResponse(404, "No such session: open one with GET /sse, or POST to /mcp.");
      }
      const body = await readJsonBody(request, limits);
      if (body instanceof Response) return body;
      notes.readMessages(body.value);
      const refusal = visit?.holds(workIn(body.value));
      if (refusal) return refusal;
      try {
        await session.transport.handleMessage(body.value);
      } catch {
        return textResponse(400, "The body is not a JSON-RPC message.");
      }
      return textResponse(202, "Accepted");
    },

    close() {
      for (const { stream } of sessions.values()) stream.end();
    },
  };
}
