import type { McpHttpHandler } from "@modelcontextprotocol/server";
import { isInitialized } from "../mcp/direct/read-request.ts";
import type { HttpHandlerOptions, HttpLimits } from "./http-options.ts";
import type { Visit } from "./limits/traffic-guard.ts";
import { workIn } from "./limits/work-in.ts";
import { readJsonBody } from "./read-json-body.ts";

/** `POST /mcp`: Streamable HTTP in both eras, stateless. */
export interface McpEndpoint {
  post(request: Request, visit?: Visit): Promise<Response>;
  /** Ends open subscription streams. */
  close(): Promise<void>;
}

export function createMcpEndpoint(options: HttpHandlerOptions, limits: HttpLimits): McpEndpoint {
  let handler: Promise<McpHttpHandler> | undefined;
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
  return {
    async post(request, visit) {
      const body = await readJsonBody(request, limits);
      if (body instanceof Response) return body;
      const refusal = visit?.holds(workIn(body.value));
      if (refusal) return refusal;
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
      handler ??= load();
      return (await handler).fetch(bodiless, { parsedBody: body.value });
    },
    async close() {
      await (await handler)?.close();
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
