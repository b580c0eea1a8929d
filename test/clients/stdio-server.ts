// The fake documentation over stdio, as a process of its own: what `docport serve --stdio` is.
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { serveStdio } from "../../src/mcp/serve-stdio.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

const catalog = createFakeCatalog();
const server = serveStdio({
  createServer: createMcpServerFactory({ catalog: () => catalog, version: "0.0.0" }),
  input: process.stdin,
  output: process.stdout,
  onError: (error) => process.stderr.write(`${error.message}\n`),
});
await server.closed;
