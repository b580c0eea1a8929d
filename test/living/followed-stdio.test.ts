import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { CatalogView } from "../../src/catalog-view.ts";
import { createConfig } from "../../src/config.ts";
import { followCatalog } from "../../src/follow-catalog.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { serveStdio } from "../../src/mcp/serve-stdio.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a followed folder over stdio", { timeout: 60_000 }, () => {
  it("tells the client that there is more, and answers from it", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    const { catalog, events, show } = new CatalogView();
    const config = createConfig({ sources: ["docs"] }, folder.path);
    await using living = await followCatalog(config, {
      fetch,
      now: Date.now,
      prepare: (next) => () => show(next),
    });
    living.start();
    const [input, output] = [new PassThrough(), new PassThrough()];
    const server = serveStdio({
      createServer: createMcpServerFactory({ catalog, version: "1.2.3", tellsChanges: true }),
      events,
      input,
      output,
    });
    let heard = "";
    const lines = output.setEncoding("utf8")[Symbol.asyncIterator]();
    const hear = async (text: string): Promise<void> => {
      while (!heard.includes(text)) heard += String((await lines.next()).value);
    };
    const say = (message: object): boolean =>
      input.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
    const clientInfo = { name: "test", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    say({ id: 1, method: "initialize", params });
    await hear('"id":1');
    expect(heard).toContain('"tools":{"listChanged":true}');
    say({ method: "notifications/initialized" });
    await writeFile(join(folder.path, "docs/b.md"), "# Bananas\n\nYellow.\n");
    await hear("notifications/tools/list_changed");
    const search = { name: "search", arguments: { query: "yellow bananas" } };
    say({ id: 2, method: "tools/call", params: search });
    await hear('"id":2');
    expect(heard).toContain("Yellow");
    expect(heard).not.toContain("resources/updated");
    await server.close();
  });
});
