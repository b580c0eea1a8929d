/**
 * The MCP SDK's own server on HTTPS, with a certificate that gets and renews itself.
 *
 *     node --import tsx examples/official-sdk-server/server.ts mcp.example.com
 *
 * In your project the imports are from "docport/tls".
 */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";
import { type ServeTlsOptions, serveTls, type TlsServer } from "../../src/net/tls.ts";

const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "greeter", version: "1.0.0" });
  const inputSchema = z.object({ name: z.string() });
  server.registerTool("greet", { description: "Greets somebody.", inputSchema }, ({ name }) => ({
    content: [{ type: "text", text: `Hello, ${name}!` }],
  }));
  return server;
});

export function serveGreeter(options: ServeTlsOptions): Promise<TlsServer> {
  return serveTls(handler, options);
}

if (process.argv[1] === import.meta.filename) {
  const domains = process.argv.slice(2);
  const { url } = await serveGreeter({ domains, agreeTos: true, onCertificate: console.log });
  console.log(`${url}/mcp`);
}
