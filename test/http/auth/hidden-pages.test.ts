import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../../src/access.ts";
import { createBearerKey, hashBearerKey } from "../../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../../src/auth/key-file.ts";
import type { IndexedCatalog } from "../../../src/catalog/open-catalog.ts";
import { createConfig } from "../../../src/config.ts";
import type { HttpHandler } from "../../../src/http/http-options.ts";
import { catalogOf, type PageSpec } from "../../auth/catalogs.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { createTestHandler } from "../../support/start-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { answerOf, requestsFor } from "./hidden-requests.ts";

const BASE = "http://localhost:8080";
const KEY = createBearerKey();

/** Words of pages that all may see, and words that only hidden pages have; each a typo of another. */
const OPEN_WORDS = ["server", "deploy", "token", "gateway", "replica"];
const HIDDEN_WORDS = ["serverx", "deplay", "tokenize", "gatewey", "acquisition", "zanzibar"];

const words = (from: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 8 }).map((all) => all.join(" "));

const corpus = fc.record({
  open: fc.array(
    fc.record({
      title: words(OPEN_WORDS),
      text: words(OPEN_WORDS),
      language: fc.constantFrom("en", "de"),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  hidden: fc.array(
    fc.record({
      title: words(HIDDEN_WORDS),
      description: words(HIDDEN_WORDS),
      text: words([...HIDDEN_WORDS, ...OPEN_WORDS]),
      language: fc.constantFrom("en", "fr"),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function specsOf({
  open,
  hidden,
}: {
  open: readonly Partial<PageSpec>[];
  hidden: readonly Partial<PageSpec>[];
}): PageSpec[] {
  return [
    ...open.map((page, index) => ({ ...page, id: `guide/${index}` })),
    ...hidden.map((page, index) => ({
      ...{ ...page, id: `internal/zanzibar-${index}`, version: "9.9-zanzibar" },
      aliases: [`/zanzibar-${index}/`],
      // In the same language too, so that a page could be told to have a translation.
      translationKey: "zanzibar",
    })),
  ];
}

/** A server that is private by a key without scopes. */
async function handlerOf(
  catalog: IndexedCatalog,
  keysFile: string,
  access: readonly string[],
): Promise<HttpHandler> {
  const config = createConfig({ sources: ["docs"], access, auth: { keysFile } }, "/");
  const prepared = createAccess(config, {
    ...{ version: "1.2.3", clock: new FakeClock(), log: () => undefined },
    fetch: () => Promise.reject(new Error("this test has no network")),
  });
  if (prepared) prepared.show(await prepared.viewsOf(catalog));
  return createTestHandler({ access: prepared?.createGate(BASE), publicUrl: BASE }, catalog);
}

async function answersOf(handler: HttpHandler, query: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const request of requestsFor(BASE, KEY, query)) {
    answers.push(await answerOf(async (one) => handler.fetch(one), request));
  }
  return answers;
}

describe("pages that a caller may not see", () => {
  it("leave no trace: every answer is that of a server that never had them", async () => {
    await using folder = await temporaryFolder();
    const keysFile = join(folder.path, "keys.json");
    const hash = hashBearerKey(KEY).toString("hex");
    await writeKeyFile(keysFile, [{ id: "1", name: "ci", hash, scopes: [], createdAtMs: 0 }]);
    await fc.assert(
      fc.asyncProperty(corpus, words([...HIDDEN_WORDS, ...OPEN_WORDS]), async (pages, query) => {
        const catalog = await catalogOf(specsOf(pages));
        const reference = await catalogOf(specsOf({ ...pages, hidden: [] }));
        await using restricted = await handlerOf(catalog, keysFile, ["docs:internal=internal"]);
        await using without = await handlerOf(reference, keysFile, []);
        expect(await answersOf(restricted, query)).toEqual(await answersOf(without, query));
      }),
      { numRuns: 6 },
    );
  });
});
