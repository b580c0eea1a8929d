import { describe, expect, it } from "vitest";
import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import type { KeptCatalog, KeptPage } from "../../src/catalog/kept-pages.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { CatalogKeeper, type CatalogKeeperOptions } from "../../src/living/catalog-keeper.ts";
import { KeptIndex } from "../../src/living/kept-index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { TestSource, testPage } from "./pages.ts";

async function catalogOf(text: string): Promise<KeptCatalog> {
  const pages: KeptPage[] = [];
  const source = new TestSource("docs", [testPage("a", "A", [text])]);
  const options = { now: 0, onPage: (page: KeptPage) => void pages.push(page) };
  const bytes = await buildCatalog([source], { title: "T" }, options);
  return { catalog: openCatalog(bytes), sources: [pages] };
}

function keeperIn(folder: string, more: Partial<CatalogKeeperOptions> = {}): CatalogKeeper {
  const store = new KeptIndex({ folder, identity: "one" });
  return new CatalogKeeper({ store, version: "1.0.0", sourceCount: 1, ...more });
}

describe("a keeper of catalogs", () => {
  it("gives the next process the catalog, its pages and when they were read", async () => {
    await using folder = await temporaryFolder();
    const kept = await catalogOf("words");
    const keeper = keeperIn(folder.path);
    keeper.keep(kept, [123]);
    await keeper.settled();
    const former = await keeperIn(folder.path).read();
    expect(former).toMatchObject({ readAt: [123], sources: kept.sources });
    expect(former?.catalog.revision).toBe(kept.catalog.revision);
  });

  it("has another version of the program read everything again", async () => {
    await using folder = await temporaryFolder();
    const keeper = keeperIn(folder.path);
    keeper.keep(await catalogOf("words"), [0]);
    await keeper.settled();
    const former = await keeperIn(folder.path, { version: "2.0.0" }).read();
    expect(former?.sources).toEqual([[{ sourceId: "a", id: "a", fingerprint: "" }]]);
  });

  it("does not take what was kept of another number of sources, and says so", async () => {
    await using folder = await temporaryFolder();
    const keeper = keeperIn(folder.path);
    keeper.keep(await catalogOf("words"), [0]);
    await keeper.settled();
    const told: string[] = [];
    const onUnused = (reason: string): void => void told.push(reason);
    expect(await keeperIn(folder.path, { sourceCount: 2, onUnused }).read()).toBeUndefined();
    expect(told).toEqual([expect.stringContaining("does not fit")]);
  });

  it("writes the last of those that come while it writes, and none between", async () => {
    const written: string[] = [];
    const store = {
      read: async () => undefined,
      write: async (revision: string) => {
        written.push(revision);
        return "";
      },
    };
    const catalogs = await Promise.all(["one", "two", "three"].map(catalogOf));
    const keeper = new CatalogKeeper({ store, version: "1", sourceCount: 1 });
    for (const kept of catalogs) keeper.keep(kept, [0]);
    await keeper.settled();
    const revisions = catalogs.map(({ catalog }) => catalog.index.revision);
    expect(written).toEqual([revisions[0], revisions[2]]);
  });

  it("tells once of a disk that refuses, and again after it has taken one", async () => {
    const answers = ["no", "no", "yes", "no"];
    const failures: unknown[] = [];
    const store = {
      read: async () => undefined,
      write: async () => {
        if (answers.shift() === "no") throw new Error("the disk is full");
        return "";
      },
    };
    const onFailure = (error: unknown): void => void failures.push(error);
    const keeper = new CatalogKeeper({ store, version: "1", sourceCount: 1, onFailure });
    for (const told of [1, 1, 1, 2]) {
      keeper.keep(await catalogOf("words"), [0]);
      await keeper.settled();
      expect(failures).toHaveLength(told);
    }
  });
});
