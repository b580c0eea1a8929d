import type { McpHttpHandler } from "@modelcontextprotocol/server";
import { isInitialized } from "../mcp/direct/read-request.ts";
import type { HttpHandlerOptions, HttpLimits } from "./http-options.ts";
import { workIn } from "./limits/work-in.ts";
import { readJsonBody } from "./read-json-body.ts";
import { rpcErrorResponse } from "./responses.ts";
import type { RouteContext } from "./route.ts";

/** `POST /mcp`: Streamable HTTP in both eras, stateless. */
export interface McpEndpoint {
  post(request: Request, context: RouteContext): Promise<Response>;
  /** Ends open subscription streams. Other requests are answered as before: some are on their way. */
  close(): Promise<void>;
}

export function createMcpEndpoint(options: HttpHandlerOptions, limits: HttpLimits): McpEndpoint {
  /** The SDK takes memory and a tenth of a second, and many servers never need it. */
  async function load(): Promise<McpHttpHandler> {
    const { createMcpHandler } = await import("@modelcontextprotocol/server");
    return createMcpHandler(options.createServer, {
      maxSubscriptions: limits.maxStreams,
      keepAliveMs: limits.keepAliveInMs,
      maxRequestBodySize: limits.maxBodyBytes,
      ...(options.events && { bus: options.events }),
      onerror: (error) => {
        if (!isRefusal(error)) options.onError?.(error);
      },
    });
  }
  let handler: Promise<McpHttpHandler> | undefined;
  // One of their own, because the SDK's close() breaks off what is being answered too.
  let subscriptions: Promise<McpHttpHandler> | undefined;
  let isClosing = false;
  return {
    async post(request, { visit, notes }) {
      const body = await readJsonBody(request, limits);
      if (body instanceof Response) return body;
      notes.readMessages(body.value);
      const refusal = visit?.holds(workIn(body.value));
      if (refusal) return refusal;
      const isSubscription = isListen(body.value);
      if (isSubscription && isClosing) {
        return rpcErrorResponse(503, -32000, "The server is stopping", { "retry-after": "5" });
      }
      const version = request.headers.get("mcp-protocol-version") ?? undefined;
      if (isInitialized(body.value, version)) return new Response(null, { status: 202 });
      const headers = new Headers(request.headers);
      // The legacy leg answers 406 unless both are named; clients exist that name one or neither.
      headers.set("accept", "application/json, text/event-stream");
      const bodiless = new Request(request.url, {
        method: "POST",
        headers,
        signal: request.signal,
      });
      if (isSubscription) subscriptions ??= load();
      else handler ??= load();
      const answering = await (isSubscription ? subscriptions : handler);
      if (!answering) throw new Error("the SDK was not loaded");
      return answering.fetch(bodiless, { parsedBody: body.value });
    },
    async close() {
      isClosing = true;
      await (await subscriptions)?.close();
    },
  };
}

/**
 * The SDK also reports what it refuses of a client, in the client's own words: no failure, and
 * nothing for a log that anybody could fill.
 */
function isRefusal({ message }: Error): boolean {
  return message.startsWith("Rejected inbound request");
}

function isListen(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "method" in message &&
    message.method === "subscriptions/listen"
  );
}
