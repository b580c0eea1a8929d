import {
  type CallToolResult,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type ServerCapabilities,
  type ServerOptions,
} from "@modelcontextprotocol/server";
import { callTool } from "./call-tool.ts";
import { complete } from "./complete.ts";
import type { DocsContext } from "./docs-context.ts";
import type { McpOptions, ServingContext } from "./mcp-options.ts";
import { getPrompt, PROMPTS } from "./prompts.ts";
import { listResources, readResource, resourceTemplates } from "./resources.ts";
import { cacheHintOf, capabilitiesOf, keepSurface, type Surface } from "./surface.ts";

/**
 * Makes the server of one request (HTTP) or one connection (stdio); both eras from the same one.
 * Without a context it is of one request of an older protocol.
 */
export type McpServerFactory = (context?: ServingContext) => Server;

/**
 * The MCP surface of a catalog, without any transport. Everything that can be worked out ahead is
 * kept from one request to the next and made anew when the catalog is another.
 */
export function createMcpServerFactory(options: McpOptions): McpServerFactory {
  const surface = keepSurface(options);
  const hints = cacheHints(options);
  return (context) => createServer(surface, hints, capabilitiesOf(options, context));
}

function cacheHints(options: McpOptions): NonNullable<ServerOptions["cacheHints"]> {
  const hint = cacheHintOf(options);
  return {
    "server/discover": hint,
    "tools/list": hint,
    "prompts/list": hint,
    "resources/list": hint,
    "resources/templates/list": hint,
    "resources/read": hint,
  };
}

/** Each request asks for the surface anew: a connection may live longer than an index. */
function createServer(
  surface: () => Surface,
  hints: NonNullable<ServerOptions["cacheHints"]>,
  offered: ServerCapabilities,
): Server {
  const { serverInfo, instructions } = surface();
  const server = new Server(serverInfo, {
    capabilities: offered,
    instructions,
    cacheHints: hints,
  });
  server.setRequestHandler("tools/list", () => ({ tools: surface().tools }));
  server.setRequestHandler("tools/call", ({ params }) =>
    callNamedTool(surface().context, params.name, params.arguments ?? {}),
  );
  server.setRequestHandler("resources/list", ({ params }) =>
    listResources(surface().context, params?.cursor),
  );
  server.setRequestHandler("resources/templates/list", () => ({
    resourceTemplates: resourceTemplates(),
  }));
  server.setRequestHandler("resources/read", ({ params }) =>
    readResource(surface().context, params.uri),
  );
  server.setRequestHandler("prompts/list", () => ({ prompts: [...PROMPTS] }));
  server.setRequestHandler("prompts/get", ({ params }) =>
    getPrompt(surface().context, params.name, params.arguments ?? {}),
  );
  server.setRequestHandler("completion/complete", ({ params }) =>
    complete(surface().context, params),
  );
  return server;
}

/** An unknown tool is a protocol error (MCP 2026-07-28, "Error Handling" of tools). */
function callNamedTool(
  context: DocsContext,
  name: string,
  given: Readonly<Record<string, unknown>>,
): CallToolResult | Promise<CallToolResult> {
  const result = callTool(context, name, given);
  if (result) return result;
  throw new ProtocolError(
    ProtocolErrorCode.InvalidParams,
    `There is no tool ${JSON.stringify(name.slice(0, 64))}: the tools are search and fetch`,
  );
}
