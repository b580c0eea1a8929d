import type { Server } from "@modelcontextprotocol/server";
import type { McpServerFactory } from "./create-mcp-server.ts";
import type { McpOptions, ServingContext } from "./mcp-options.ts";

/** As `createMcpServerFactory`; the SDK is loaded for the first server that is made. */
export function createLazyServerFactory(
  options: McpOptions,
): (context?: ServingContext) => Promise<Server> {
  let factory: Promise<McpServerFactory> | undefined;
  const load = async (): Promise<McpServerFactory> => {
    const { createMcpServerFactory } = await import("./create-mcp-server.ts");
    return createMcpServerFactory(options);
  };
  return async (context) => {
    factory ??= load();
    return (await factory)(context);
  };
}
