import type { Readable, Writable } from "node:stream";
import type { ServerEventBus } from "@modelcontextprotocol/server";
import { StdioServerTransport, serveStdio as serve } from "@modelcontextprotocol/server/stdio";
import { sendChanges } from "./change-events.ts";
import type { McpServerFactory } from "./create-mcp-server.ts";

export interface ServeStdioOptions {
  readonly createServer: McpServerFactory;
  /** Changes that the client is told of. Default: none. */
  readonly events?: ServerEventBus;
  readonly input: Readable;
  /** Takes nothing but protocol messages. */
  readonly output: Writable;
  readonly onError?: (error: Error) => void;
}

export interface StdioServer extends AsyncDisposable {
  /** Settles when the client has closed its end. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** A request is small; a local client that sends more than this is broken. */
const MAX_MESSAGE_BYTES = 1024 * 1024;

/** Serves one local client over a pair of streams, in the era that it opens with. */
export function serveStdio(options: ServeStdioOptions): StdioServer {
  const transport = new StdioServerTransport(options.input, options.output, {
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  const { createServer, events } = options;
  const connect: typeof createServer = ({ era } = { era: "legacy" }) => {
    const server = createServer({ era, hasStream: true });
    if (events) sendChanges(server, events, { era });
    return server;
  };
  const handle = serve(connect, {
    transport,
    ...(options.onError && { onerror: options.onError }),
  });
  const closed = new Promise<void>((resolve) => {
    options.input.once("close", resolve);
    options.input.once("end", resolve);
  });
  return {
    closed,
    close: () => handle.close(),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
