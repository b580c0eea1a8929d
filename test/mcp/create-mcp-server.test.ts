import { Client } from "@modelcontextprotocol/client";
import { InMemoryTransport } from "@modelcontextprotocol/server";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

async function connect(catalog: () => Catalog = () => createFakeCatalog()): Promise<Client> {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1" });
  await createMcpServerFactory({ catalog, version: "1.2.3" })().connect(far);
  await client.connect(near);
  return client;
}

describe("createMcpServerFactory", () => {
  it("says who it is, what it can do and how to use it", async () => {
    const client = await connect();
    expect(client.getServerVersion()).toEqual({
      name: "docport",
      title: "Demo",
      version: "1.2.3",
      websiteUrl: "https://docs.example.com/",
    });
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: false },
      resources: { listChanged: false },
      prompts: { listChanged: false },
      completions: {},
    });
    expect(client.getInstructions()).toMatch(
      /^Demo: 12 pages, \d+ sections\. Languages: en, de, ja\./,
    );
  });

  it("follows the catalog on a connection that is open", async () => {
    let catalog = createFakeCatalog();
    const client = await connect(() => catalog);
    catalog = createFakeCatalog([{ id: "new", markdown: "# New page\n" }], { title: "Next" });
    const { tools } = await client.listTools();
    expect(tools[0]?.description).toContain("Next: 1 page, 1 section.");
    const { structuredContent } = await client.callTool({
      name: "search",
      arguments: { query: "new" },
    });
    expect(structuredContent).toMatchObject({ results: [{ id: "new" }] });
  });

  it("gives bad arguments back as a result that the model can read", async () => {
    const client = await connect();
    expect(await client.callTool({ name: "search", arguments: {} })).toMatchObject({
      isError: true,
      content: [{ type: "text", text: '"query" is missing: send a non-empty string.' }],
    });
  });

  it("refuses an unknown tool, prompt, template and cursor with -32602", async () => {
    const client = await connect();
    const invalid = { code: -32602 };
    await expect(client.callTool({ name: "rm", arguments: {} })).rejects.toMatchObject(invalid);
    await expect(client.getPrompt({ name: "x" })).rejects.toMatchObject(invalid);
    await expect(client.getPrompt({ name: "answer-from-docs" })).rejects.toMatchObject(invalid);
    await expect(
      client.getPrompt({ name: "explain-page", arguments: { page: "no" } }),
    ).rejects.toMatchObject(invalid);
    await expect(
      client.complete({
        ref: { type: "ref/resource", uri: "file:///{x}" },
        argument: { name: "x", value: "" },
      }),
    ).rejects.toMatchObject(invalid);
    const [near, far] = InMemoryTransport.createLinkedPair();
    await createMcpServerFactory({ catalog: () => createFakeCatalog(), version: "1" })().connect(
      far,
    );
    const raw = new Client({ name: "test", version: "1" });
    await raw.connect(near);
    await expect(
      raw.request({ method: "resources/list", params: { cursor: "../x" } }),
    ).rejects.toMatchObject(invalid);
  });

  it("lists every page once, in pieces", async () => {
    const fakes = Array.from({ length: 450 }, (_, i) => ({ id: `p/${i}`, markdown: `# P ${i}\n` }));
    const client = await connect(() => createFakeCatalog(fakes));
    const uris: string[] = [];
    let cursor: string | undefined;
    let pieces = 0;
    do {
      const page = await client.request({
        method: "resources/list",
        params: cursor === undefined ? {} : { cursor },
      });
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
      pieces++;
    } while (cursor !== undefined);
    expect(uris).toEqual(["docs://index", ...fakes.map(({ id }) => `docs://page/${id}`)]);
    expect(pieces).toBe(3);
  });

  it("reads the index and pages, and nothing else", async () => {
    const client = await connect();
    const index = await client.readResource({ uri: "docs://index" });
    expect(index.contents[0]).toMatchObject({
      text: expect.stringContaining("- [Install](docs://page/guide/install)"),
    });
    const odd = await client.readResource({ uri: "docs://page/odd/quo%22te%20%26%20space" });
    expect(odd.contents[0]).toMatchObject({ text: expect.stringContaining("Ahidden text") });
    for (const uri of [
      "docs://page/../../etc/passwd",
      "docs://page/%2e%2e/x",
      "docs://page/%00",
      "docs://page/%ff",
      "docs://other",
      "file:///etc/passwd",
    ]) {
      await expect(client.readResource({ uri })).rejects.toMatchObject({ code: -32602 });
    }
  });

  it("completes pages by id and title, languages and versions", async () => {
    const client = await connect();
    const values = async (name: string, prompt: string, value: string): Promise<string[]> => {
      const { completion } = await client.complete({
        ref: { type: "ref/prompt", name: prompt },
        argument: { name, value },
      });
      return completion.values;
    };
    expect(await values("page", "explain-page", "guide/")).toEqual([
      "guide/install",
      "guide/configure",
      "guide/upgrade",
      "de/guide/install",
      "ja/guide/install",
    ]);
    expect(await values("page", "explain-page", "command l")).toEqual(["reference/cli"]);
    expect(await values("language", "answer-from-docs", "D")).toEqual(["de"]);
    expect(await values("version", "answer-from-docs", "")).toEqual(["2.0", "1.0"]);
    expect(await values("question", "answer-from-docs", "w")).toEqual([]);
  });

  it("makes prompts with the question, the filters, and the page", async () => {
    const client = await connect();
    const answer = await client.getPrompt({
      name: "answer-from-docs",
      arguments: { question: "How do I install it?", language: "de", version: "2.0" },
    });
    expect(answer.messages[0]?.content).toMatchObject({
      text: expect.stringMatching(/install it\?[\s\S]*`language` "de" and with `version` "2.0"/),
    });
    const explain = await client.getPrompt({
      name: "explain-page",
      arguments: { page: "https://docs.example.com/faq/" },
    });
    expect(explain.messages[0]?.content).toMatchObject({
      type: "resource",
      resource: { uri: "docs://page/faq", text: expect.stringContaining("# Questions") },
    });
  });

  it("answers any arguments of any tool, without an internal error", async () => {
    const client = await connect();
    const key = fc.oneof(
      fc.constantFrom("query", "id", "limit", "max_tokens", "offset", "language", "section"),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("search", "fetch"),
        fc.dictionary(key, fc.jsonValue()),
        async (name, given) => {
          const result = await client.callTool({ name, arguments: given });
          expect(result.content).toHaveLength(1);
        },
      ),
    );
  });
});
