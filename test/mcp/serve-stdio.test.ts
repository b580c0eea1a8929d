import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { type StdioServer, serveStdio } from "../../src/mcp/serve-stdio.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

function start(): {
  input: PassThrough;
  next: () => Promise<unknown>;
  errors: Error[];
  server: StdioServer;
} {
  const input = new PassThrough();
  const output = new PassThrough();
  const errors: Error[] = [];
  const catalog = createFakeCatalog();
  const server = serveStdio({
    createServer: createMcpServerFactory({ catalog: () => catalog, version: "1" }),
    input,
    output,
    onError: (error) => errors.push(error),
  });
  const lines = output.setEncoding("utf8")[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
  return { input, next, errors, server };
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  },
};

describe("serveStdio", () => {
  it("answers one line with one line, and nothing else", async () => {
    const { input, next, server } = start();
    input.write(`${JSON.stringify(INITIALIZE)}\n`);
    expect(await next()).toMatchObject({ id: 1, result: { protocolVersion: "2025-06-18" } });
    await server.close();
  });

  it("ends when the client does", async () => {
    const { input, server } = start();
    input.end();
    await expect(server.closed).resolves.toBeUndefined();
  });

  it("reports what is not a message and reads on", async () => {
    const { input, next, errors, server } = start();
    input.write('not json\n{"jsonrpc":"1.0"}\n');
    input.write(`${JSON.stringify(INITIALIZE)}\n`);
    expect(await next()).toMatchObject({ id: 1 });
    expect(errors.length).toBeGreaterThan(0);
    await server.close();
  });
});
