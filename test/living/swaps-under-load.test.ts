import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { createAccessViews } from "../../src/auth/access-views.ts";
import type { IndexedCatalog } from "../../src/catalog/open-catalog.ts";
import { CatalogView } from "../../src/catalog-view.ts";
import type { Page } from "../../src/corpus/page.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { legacy, messageIn, post } from "../http/mcp-requests.ts";
import { createTestHandler } from "../support/start-server.ts";
import { livingStage } from "./living-stage.ts";
import { TestSource, testPage } from "./pages.ts";

const SWAPS = 200;
const RULES = [{ scope: "internal", sections: ["internal"] }];

/** Every page names its generation, in words that nothing else holds. */
function generation(number: number): Page[] {
  const mark = `generation${number}x`;
  return Array.from({ length: 12 }, (_, at) => {
    const folder = at % 4 === 0 ? "internal" : "guide";
    // A third of the pages changes, so that most of each index is kept.
    const text = at % 3 === 0 ? `certificate renewal ${mark}` : "certificate renewal of old";
    return testPage(`${folder}/page-${at}`, `Page ${at}`, [text, `more ${mark.slice(0, 4)}`]);
  }).concat(number % 2 === 0 ? [testPage(`guide/even-${number}`, "Even", ["come and go"])] : []);
}

const marksIn = (text: string): Set<string> => new Set(text.match(/generation\d+x/g) ?? []);

describe("200 swaps while clients ask", () => {
  it("answers each from one generation, and lets go of all others", {
    timeout: 120_000,
  }, async () => {
    const source = new TestSource("docs", generation(0));
    const everything = new CatalogView();
    const outsiders = new CatalogView();
    await using stage = await livingStage([source], {
      async prepare(next) {
        const views = await createAccessViews(next, RULES);
        return () => {
          everything.show(next);
          outsiders.show(views.catalogs[0] ?? views.empty);
        };
      },
    });
    const handlers = [everything, outsiders].map(({ catalog, events }) =>
      createTestHandler({
        catalog,
        events,
        createServer: createMcpServerFactory({ catalog, version: "1.2.3", tellsChanges: true }),
      }),
    );
    const failures: string[] = [];
    let answers = 0;
    const over = new AbortController();
    const client = async (handler: (typeof handlers)[number], sees: string): Promise<void> => {
      while (!over.signal.aborted) {
        const given = { name: "search", arguments: { query: "certificate renewal", limit: 30 } };
        const request = post("http://localhost/mcp", legacy("tools/call", given));
        const text = JSON.stringify(await messageIn(await handler.fetch(request)));
        const marks = marksIn(text);
        if (marks.size !== 1 || !text.includes("guide/page-")) failures.push([...marks].join());
        if (sees === "guide" && text.includes("internal")) failures.push("a page not for them");
        answers += 1;
        await new Promise<void>((resolve) => setImmediate(resolve));
      }
    };
    const clients = handlers.flatMap((handler, number) => {
      const sees = number === 0 ? "all" : "guide";
      return [client(handler, sees), client(handler, sees)];
    });
    const swapsOfBroken: number[] = [];
    const catalogs: WeakRef<IndexedCatalog>[] = [];
    for (let number = 1; number <= SWAPS; number++) {
      source.pages = generation(number);
      // Every fifth time the source breaks off first, and the next look finds it whole.
      if (number % 5 === 0) {
        source.failure = { error: new Error("cut off"), afterPages: number % 20 };
        stage.living.refresh();
        await stage.settle();
        swapsOfBroken.push(stage.living.status().swaps - (number - 1));
        source.failure = undefined;
      }
      stage.living.refresh();
      await stage.settle();
      expect(stage.living.status().swaps).toBe(number);
      catalogs.push(new WeakRef(stage.living.current));
      stage.events.length = 0;
    }
    over.abort();
    await Promise.all(clients);
    expect(failures).toEqual([]);
    expect(new Set(swapsOfBroken)).toEqual(new Set([0]));
    expect(answers).toBeGreaterThan(SWAPS);
    await Promise.all(handlers.map((handler) => handler.close()));
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    await new Promise<void>((resolve) => setImmediate(resolve));
    collect();
    expect(catalogs.filter((one) => one.deref()).length).toBeLessThanOrEqual(3);
  });
});
