import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { IndexedCatalog } from "../../../src/catalog/open-catalog.ts";
import { main } from "../../../src/cli/main.ts";
import { createConfig } from "../../../src/config.ts";
import { searchSite } from "../../../src/http/site-search.ts";
import { buildIndex, loadCatalog } from "../../../src/load-catalog.ts";
import { createDocsContext } from "../../../src/mcp/docs-context.ts";
import { callSearchSemantically } from "../../../src/mcp/search-tool.ts";
import { bytesOf } from "../../../src/search/file/sections.ts";
import { MESSAGES } from "../../../src/web/messages.ts";
import { payloadOf } from "../../mcp/tool-payload.ts";
import { recordedContext } from "../../support/command-context.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { type FakeEmbeddings, fakeEmbeddings } from "../../support/fake-embeddings.ts";
import { runOnClock } from "../../support/run-on-clock.ts";
import { type TemporaryFolder, temporaryFolder } from "../../support/temporary-folder.ts";

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder({
    "docs/garage.md": "# Fix your car\n\nChange the tyre, then the oil.\n",
    "docs/paint.md": "# Colours\n\nPaint it red or blue.\n",
    "docs/flat.md": "# flat_map\n\nMaps, then flattens.\n",
    "golden.jsonl": '{"question": "repair automobile", "page": "garage"}\n',
  });
});
afterAll(async () => folder[Symbol.asyncDispose]());

const SEMANTIC = { embeddingsUrl: "http://localhost:1/v1", embeddingsModel: "tiny" };
const down = (): Response => new Response("", { status: 503 });

interface Loaded {
  readonly catalog: IndexedCatalog;
  readonly warnings: string[];
  readonly clock: FakeClock;
}

async function load(fake: FakeEmbeddings, settings: object = {}): Promise<Loaded> {
  const config = createConfig({ sources: ["docs"], ...SEMANTIC, ...settings }, folder.path);
  const warnings: string[] = [];
  const clock = new FakeClock();
  const { fetch } = fake;
  const onWarning = (warning: string): void => void warnings.push(warning);
  const catalog = loadCatalog(config, { fetch, clock, now: () => 0, onWarning });
  return { catalog: await runOnClock(clock, catalog), warnings, clock };
}

/** Page ids of an answer by meaning, with its notice. */
async function ask({ catalog, clock }: Loaded, query: string): Promise<[string[], string?]> {
  const { hits, notice } = await runOnClock(clock, catalog.searchSemantically!(query));
  return [hits.map(({ pageId }) => pageId), ...(notice === undefined ? [] : [notice])] as [
    string[],
    string?,
  ];
}

describe("a catalog with embeddings", () => {
  it("finds what says the same in other words, and what is named first", async () => {
    const loaded = await load(fakeEmbeddings());
    expect(loaded.warnings).toEqual([]);
    expect(loaded.catalog.search("repair automobile").hits).toEqual([]);
    expect((await ask(loaded, "repair automobile"))[0][0]).toBe("garage");
    expect((await ask(loaded, "flat_map"))[0][0]).toBe("flat");
  });

  it("has no semantic search unless it is configured", async () => {
    const fake = fakeEmbeddings();
    const off = await load(fake, { embeddingsUrl: undefined, embeddingsModel: undefined });
    expect(off.catalog.searchSemantically).toBeUndefined();
    expect(fake.requests).toEqual([]);
  });

  it("answers by words, and says so, while the endpoint is down", async () => {
    const fake = fakeEmbeddings();
    const loaded = await load(fake);
    fake.answer = down;
    const [pages, notice] = await ask(loaded, "paint colours");
    expect(pages).toEqual(loaded.catalog.search("paint colours").hits.map(({ pageId }) => pageId));
    expect(notice).toMatch(/not available at the moment; these results are by words only/);
  });

  it("is made without vectors when the endpoint is down, with one warning", async () => {
    const fake = fakeEmbeddings();
    fake.answer = down;
    const loaded = await load(fake);
    expect(loaded.warnings).toEqual([
      "the embeddings endpoint http://localhost:1/v1/embeddings answered with status 503: search is by words only",
    ]);
    expect((await ask(loaded, "paint"))[1]).toMatch(/made without semantic search/);
    await expect(load(fake, { strict: true })).rejects.toMatchObject({ code: "ERR_EMBEDDINGS" });
  });

  it("of another model answers by words, and says so at the start", async () => {
    const fake = fakeEmbeddings();
    const config = createConfig({ sources: ["docs"], ...SEMANTIC }, folder.path);
    const bytes = bytesOf(await buildIndex(config, { fetch: fake.fetch, now: () => 0 }));
    await using other = await temporaryFolder({ "manual.docport": "" });
    const { writeFile } = await import("node:fs/promises");
    await writeFile(join(other.path, "manual.docport"), bytes);
    const sources = [join(other.path, "manual.docport")];
    const asked = fake.requests.length;
    const loaded = await load(fake, { sources, embeddingsModel: "large" });
    expect(loaded.warnings).toEqual([expect.stringMatching(/made with tiny, not with large/)]);
    expect((await ask(loaded, "paint"))[1]).toMatch(/another embeddings model/);
    expect(fake.requests.length).toBe(asked);
    const same = await load(fake, { sources });
    expect((await ask(same, "repair automobile"))[0][0]).toBe("garage");
  });

  it("hides the vectors of hidden pages", async () => {
    const loaded = await load(fakeEmbeddings());
    const catalog = await loaded.catalog.without(new Set(["garage"]));
    const [pages, notice] = await ask({ ...loaded, catalog }, "repair automobile");
    expect(notice).toBeUndefined();
    expect(pages.toSorted()).toEqual(["flat", "paint"]);
  });
});

describe("what is above the catalog", () => {
  it("gives the notice in the search tool", async () => {
    const fake = fakeEmbeddings();
    const { catalog } = await load(fake);
    const context = createDocsContext(catalog, {});
    const found = payloadOf(await callSearchSemantically(context, { query: "repair automobile" }));
    expect(found.value).toMatchObject({ results: [{ id: "garage" }, {}, {}], answered: false });
    fake.answer = down;
    const { value } = payloadOf(await callSearchSemantically(context, { query: "paint" }));
    expect(value).toMatchObject({ notice: expect.stringMatching(/by words only/) });
  });

  it("gives the notice in /search.json", async () => {
    const fake = fakeEmbeddings();
    const { catalog } = await load(fake);
    const context = createDocsContext(catalog, {});
    const found = await searchSite(context, "repair automobile", MESSAGES.en);
    expect(found.results[0]?.title).toBe("Fix your car");
    expect(found.summary).not.toContain(MESSAGES.en.byWordsOnly);
    fake.answer = down;
    const { summary } = await searchSite(context, "paint", MESSAGES.de);
    expect(summary).toContain(MESSAGES.de.byWordsOnly);
  });

  const run = async (fake: FakeEmbeddings, ...args: string[]): Promise<string> => {
    const env = { DOCPORT_EMBEDDINGS_URL: "http://localhost:1/v1", DOCPORT_EMBEDDINGS_MODEL: "m" };
    const context = recordedContext({ cwd: folder.path, env, fetch: fake.fetch });
    expect(await main(args, context)).toBe(0);
    return context.out();
  };

  it("answers docport search by meaning", async () => {
    const out = await run(fakeEmbeddings(), "search", "docs", "repair automobile", "--json");
    expect(JSON.parse(out)).toMatchObject({ hits: [{ pageId: "garage" }, {}, {}] });
  });

  it("shows both measures in docport eval", async () => {
    const args = ["eval", "docs", "--golden", "golden.jsonl"];
    const out = await run(fakeEmbeddings(), ...args);
    expect(out).toMatch(/MRR@10 +0\.000 -> 1\.000/);
    const json: unknown = JSON.parse(await run(fakeEmbeddings(), ...args, "--json"));
    expect(json).toMatchObject({ "mrr@10": 0, fused: { "mrr@10": 1, byWordsOnly: 0 } });
  });

  it("asks nothing in docport lint", async () => {
    const fake = fakeEmbeddings();
    await run(fake, "lint", "docs");
    expect(fake.requests).toEqual([]);
  });
});
