import { describe, expect, it } from "vitest";
import { createDirectAnswers } from "../../src/mcp/direct/direct-answers.ts";
import type { McpOptions } from "../../src/mcp/mcp-options.ts";
import type { ServerStatus } from "../../src/mcp/server-status.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

/** Calls a tool twice and gives the two results. */
async function callTwice(name: string, options: Partial<McpOptions> = {}): Promise<Buffer[]> {
  const catalog = createFakeCatalog();
  const answers = createDirectAnswers({ catalog: () => catalog, version: "1", ...options });
  const params = { name, arguments: name === "search" ? { query: "zzzyzx quuux" } : {} };
  const body = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
  const results: Buffer[] = [];
  for (let time = 0; time < 2; time++) {
    const request = answers.read(body, {
      version: "2025-06-18",
      method: undefined,
      name: undefined,
    });
    const answer = request && (await answers.answer(request));
    if (answer) results.push(answer.result);
  }
  return results;
}

describe("answers that are kept", () => {
  it("are the same bytes the second time", async () => {
    const [first, second] = await callTwice("search");
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it("are not those of queries that are counted when nothing is found", async () => {
    const unanswered: string[] = [];
    await callTwice("search", { onUnanswered: (query) => void unanswered.push(query) });
    expect(unanswered).toEqual(["zzzyzx quuux", "zzzyzx quuux"]);
  });

  it("are not those of private pages", async () => {
    const [first, second] = await callTwice("search", { cacheScope: "private" });
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
  });

  it("are not how the server was a moment ago", async () => {
    let count = 0;
    const status = (): ServerStatus => {
      count++;
      return { isReady: true, index: [`Look ${count}.`], certificate: [] };
    };
    const [first, second] = await callTwice("server_status", { status });
    expect(first?.toString()).toContain("Look 1.");
    expect(second?.toString()).toContain("Look 2.");
  });
});
