import { describe, expect, it } from "vitest";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { createConfig } from "../../src/config.ts";
import { buildIndex } from "../../src/load-catalog.ts";
import { bytesOf } from "../../src/search/file/sections.ts";
import { callTool } from "../mcp/call-tool.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const FILES = {
  "api/index.md": "# API\n\nThe reference of the interface.\n",
  "api/errors.md": "# Errors\n\nWhat the rate limit answers.\n",
  "guide/index.md": "# Guide\n\nHow to begin.\n",
  "guide/de/errors.md": "# Fehler\n\nWas das Limit bedeutet.\n",
  "guide/errors.md": "# Errors\n\nWhat to do about the rate limit.\n",
};

async function catalogOf(sources: readonly unknown[]): Promise<ReturnType<typeof openCatalog>> {
  await using folder = await temporaryFolder(FILES);
  const config = createConfig({ sources }, folder.path);
  return openCatalog(bytesOf(await buildIndex(config, { fetch, now: () => 0 })));
}

describe("several documentations on one server", () => {
  it("begin ids with their names, and are searched together or alone", async () => {
    const catalog = await catalogOf(["api=api", { location: "guide", name: "User Guide" }]);
    expect(catalog.facts.corpora).toEqual([
      { name: "api", pageCount: 2 },
      { name: "user-guide", pageCount: 3 },
    ]);
    const search = async (given: object): Promise<readonly Record<string, string>[]> =>
      (await callTool(catalog, "search", { query: "rate limit errors", ...given }))["results"];
    const both = await search({});
    expect(new Set(both.map(({ source }) => source))).toEqual(new Set(["api", "user-guide"]));
    for (const source of ["api", "user-guide", "API"]) {
      const found = await search({ source });
      expect(new Set(found.map((one) => one["source"]))).toEqual(new Set([source.toLowerCase()]));
      expect(found[0]?.["id"]).toMatch(new RegExp(`^${source}/errors`, "i"));
    }
    const elsewhere = await search({ source: "api", section: "nowhere" });
    expect(new Set(elsewhere.map(({ source }) => source))).toEqual(new Set(["api"]));
    const unknown = await callTool(catalog, "search", { query: "errors", source: "cli" });
    expect(unknown["notice"]).toContain("api, user-guide");
  });

  it("are named in the tools' schemas, and by what fetch gives", async () => {
    const catalog = await catalogOf(["api=api", "guide=guide"]);
    const page = await callTool(catalog, "fetch", { id: "errors", source: "guide" });
    expect(page).toMatchObject({ id: "guide/errors", metadata: { source: "guide" } });
    const { tools } = await callTool(catalog, "list", {});
    expect(JSON.stringify(tools)).toContain('"enum":["api","guide"]');
  });

  it("is one documentation while there is one name", async () => {
    const catalog = await catalogOf(["api=api", "guide"]);
    expect(catalog.facts.corpora).toBeUndefined();
    expect(catalog.page("errors")).toBeDefined();
    expect(catalog.page("errors~2")).toBeDefined();
    const { tools } = await callTool(catalog, "list", {});
    expect(JSON.stringify(tools)).not.toContain('"source":{"type":"string","enum"');
  });

  it("shows no name of a documentation that a caller may not see", async () => {
    const catalog = await catalogOf(["api=api", "guide=guide"]);
    const hidden = new Set(
      catalog
        .pages()
        .map(({ id }) => id)
        .filter((id) => id.startsWith("api/")),
    );
    const view = await catalog.without(hidden);
    expect(view.facts.corpora).toEqual([{ name: "guide", pageCount: 3 }]);
    expect(JSON.stringify(await callTool(view, "list", {}))).not.toContain("api");
  });
});
