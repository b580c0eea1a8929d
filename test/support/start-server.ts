import type { Catalog } from "../../src/catalog/catalog.ts";
import { createHttpHandler } from "../../src/http/create-http-handler.ts";
import { createHostPolicy } from "../../src/http/host-policy.ts";
import type { HttpHandler, HttpHandlerOptions } from "../../src/http/http-options.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { createDirectAnswers } from "../../src/mcp/direct/direct-answers.ts";
import { type ListenHttpOptions, listenHttp } from "../../src/net/http-listener.ts";
import { createFakeCatalog } from "./fake-catalog.ts";

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  /** What the handler and the listener reported. */
  readonly errors: readonly unknown[];
  close(): Promise<void>;
}

/** The HTTP handler of a catalog, as the composition root builds it. */
export function createTestHandler(
  options: Partial<HttpHandlerOptions> = {},
  catalog: Catalog = createFakeCatalog(),
): HttpHandler {
  const parts = { catalog: options.catalog ?? (() => catalog), version: "1.2.3" };
  return createHttpHandler({
    ...parts,
    createServer: createMcpServerFactory(parts),
    ...(options.createServer === undefined && { direct: createDirectAnswers(parts) }),
    hosts: createHostPolicy({ host: "127.0.0.1" }),
    ...options,
  });
}

/** A server on a free port of the loopback. */
export async function startServer(
  options: Partial<HttpHandlerOptions> & { readonly listener?: Partial<ListenHttpOptions> } = {},
): Promise<RunningServer> {
  const errors: unknown[] = [];
  const onError = (error: unknown): void => {
    errors.push(error);
  };
  const handler = createTestHandler({ onError, ...options });
  const listener = await listenHttp({
    host: "127.0.0.1",
    port: 0,
    handler: (request, peer) => handler.fetch(request, peer),
    direct: handler.direct,
    onError,
    ...options.listener,
  });
  return {
    url: `http://127.0.0.1:${listener.port}`,
    port: listener.port,
    errors,
    async close() {
      await handler.close();
      await listener.close({ graceMs: 200 });
    },
  };
}
