import type { CatalogFacts } from "./catalog/catalog.ts";
import type { Config } from "./config.ts";
import { createHttpHandler } from "./http/create-http-handler.ts";
import { createHostPolicy } from "./http/host-policy.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import { type LoadCatalogOptions, loadCatalog } from "./load-catalog.ts";
import { createMcpServerFactory } from "./mcp/create-mcp-server.ts";
import { listenHttp } from "./net/http-listener.ts";
import { readVersion } from "./version.ts";

export interface AppOptions extends LoadCatalogOptions {
  readonly log: Log;
}

/** A server that runs. Disposing of it stops it in an orderly way. */
export interface App extends AsyncDisposable {
  /** Origin under which clients reach it: the configured public URL, or the address listened on. */
  readonly url: string;
  /** URL that MCP clients connect to. */
  readonly mcpUrl: string;
  /** Where it listens, as a person on this computer finds it. */
  readonly localUrl: string;
  readonly facts: CatalogFacts;
  /** No new connections; running requests end within five seconds. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Builds every part from the configuration and starts serving. Rejects with a `DocportError` when
 * the documentation cannot be read or the address cannot be had; then nothing is left running.
 */
export async function startApp(config: Config, options: AppOptions): Promise<App> {
  const { log } = options;
  const catalog = await loadCatalog(config, options);
  options.signal?.throwIfAborted();

  const onError = (error: unknown): void =>
    log("error", "request.failed", { message: messageOf(error) });
  const listener = await listenHttp({
    host: config.host,
    port: config.port,
    // It is there before the first request can be: nothing is awaited between here and it.
    handler: (request) => handler.fetch(request),
    onError,
  });
  // Pages without a public address of their own are linked to here, so the port has to be known.
  const url = config.publicUrl ?? listener.url;
  const parts = { catalog: () => catalog, version: readVersion(), publicUrl: url };
  const handler = createHttpHandler({
    ...parts,
    createServer: createMcpServerFactory(parts),
    hosts: createHostPolicy({
      host: config.host,
      publicHosts: publicHosts(config),
      allowedOrigins: config.allowedOrigins,
    }),
    onError,
  });
  return {
    url,
    mcpUrl: `${url}/mcp`,
    localUrl: listener.url,
    facts: catalog.facts,
    close,
    [Symbol.asyncDispose]: close,
  };

  async function close(): Promise<void> {
    // Open streams would keep the listener from closing, so they end while it stops listening.
    await Promise.all([listener.close(), handler.close()]);
  }
}

function publicHosts({ publicUrl, domain }: Config): string[] {
  return [...domain, ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname])];
}
