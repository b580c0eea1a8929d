import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ruleCovers } from "../../src/auth/access-rule.ts";
import { createAccessViews, ruleScopes, scopeSet } from "../../src/auth/access-views.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { BUILT_AT, catalogOf, type PageSpec } from "./catalogs.ts";

const INTERNAL = { scope: "docs:internal", sections: ["internal"] };
const idsOf = (catalog: Catalog | undefined): string[] =>
  catalog?.pages().map(({ id }) => id) ?? [];

describe("ruleCovers", () => {
  const neutral = new Set(["en", "de", "pt-br", "2.0-beta"]);
  it.each([
    ...["internal", "internal/keys", "Internal/Keys", "internal~2", "internal/keys~3"],
    ...["de/internal/keys", "pt_BR/internal", "2.0-beta/internal", "de/2.0-beta/internal/x"],
    ...["v3/internal", "1.2/internal", "version-1.x/internal/x", "internal/de/x"],
  ])("covers %s", (id) => expect(ruleCovers(INTERNAL, id, neutral)).toBe(true));

  it.each(["internals", "internal-notes", "guide/internal", "fr/internal", "index", ""])(
    "does not cover %s",
    (id) => expect(ruleCovers(INTERNAL, id, neutral)).toBe(false),
  );

  it("takes sections of several parts, with a version between them", () => {
    const rule = { scope: "s", sections: ["docs/internal", "secret"] };
    for (const id of ["docs/internal", "docs/1.2/internal/x", "secret/y"]) {
      expect(ruleCovers(rule, id, neutral)).toBe(true);
    }
    expect(ruleCovers(rule, "docs/public", neutral)).toBe(false);
  });
});

describe("access views", () => {
  const PAGES: PageSpec[] = [
    { id: "guide", language: "en" },
    { id: "internal/keys", translationKey: "keys" },
    { id: "internal/root/master" },
    { id: "intern/schluessel", language: "de", translationKey: "keys" },
    { id: "partner/prices" },
  ];
  const rules = [
    INTERNAL,
    { scope: "docs:partner", sections: ["partner"] },
    { scope: "docs:root", sections: ["internal/root"] },
  ];
  const held = (...scopes: string[]): number => scopeSet(rules, new Set(scopes));

  it("show what no rule covers, and what the caller's scopes do", async () => {
    const { catalogs, empty } = await createAccessViews(await catalogOf(PAGES), rules);
    expect(idsOf(catalogs[held()])).toEqual(["guide"]);
    expect(idsOf(catalogs[held("docs:partner", "other")])).toEqual(["guide", "partner/prices"]);
    expect(idsOf(catalogs[held(...ruleScopes(rules))])).toEqual(PAGES.map(({ id }) => id));
    expect(idsOf(empty)).toEqual([]);
  });

  it("hide a translation with its page, wherever it lives", async () => {
    const { catalogs } = await createAccessViews(await catalogOf(PAGES), rules);
    expect(idsOf(catalogs[held("docs:internal")])).toContain("intern/schluessel");
    expect(idsOf(catalogs[held("docs:partner")])).not.toContain("intern/schluessel");
  });

  it("want the scope of every rule that covers a page", async () => {
    const { catalogs } = await createAccessViews(await catalogOf(PAGES), rules);
    const root = "internal/root/master";
    expect(idsOf(catalogs[held("docs:internal")])).not.toContain(root);
    expect(idsOf(catalogs[held("docs:root")])).not.toContain(root);
    expect(idsOf(catalogs[held("docs:root", "docs:internal")])).toContain(root);
  });

  it("are the catalog itself for who may see all, and one for all who see the same", async () => {
    const catalog = await catalogOf(PAGES);
    const { catalogs } = await createAccessViews(catalog, rules);
    expect(catalogs).toHaveLength(8);
    expect(catalogs[7]).toBe(catalog);
    expect(catalogs[held("docs:root")]).toBe(catalogs[held()]);
  });

  it("stay what they were, unless a page changes that they show", async () => {
    const before = await createAccessViews(await catalogOf(PAGES), rules);
    const changed = (id: string): PageSpec[] =>
      PAGES.map((page) => (page.id === id ? { ...page, text: "Changed." } : page));
    const later = BUILT_AT + 1_000;
    const after = async (id: string): Promise<readonly boolean[]> => {
      const next = await catalogOf(changed(id), later);
      const { catalogs } = await createAccessViews(next, rules, { shown: before.catalogs });
      return [held(), held("docs:partner"), held("docs:internal")].map(
        (scopes) => catalogs[scopes] === before.catalogs[scopes],
      );
    };
    expect(await after("partner/prices")).toEqual([true, false, true]);
    expect(await after("internal/keys")).toEqual([true, true, false]);
    expect(await after("guide")).toEqual([false, false, false]);
  });

  it("refuse a section without a page: it is misspelt", async () => {
    const wrong = [{ scope: "s", sections: ["internal", "internl"] }];
    const catalog = await catalogOf(PAGES);
    await expect(createAccessViews(catalog, wrong)).rejects.toThrow(
      expect.objectContaining({
        code: "ERR_ACCESS_RULE",
        message: expect.stringContaining("internl"),
      }),
    );
  });

  it("refuse more scopes than there can be indexes for", async () => {
    const catalog = await catalogOf(PAGES);
    const many = Array.from({ length: 6 }, (_, at) => ({ scope: `s${at}`, sections: ["guide"] }));
    await expect(createAccessViews(catalog, many)).rejects.toThrow(RangeError);
  });
});

/** Words that are near each other, so that a hidden one would be a correction of a visible one. */
const word = fc.constantFrom(
  "server",
  "servers",
  "sever",
  "deploy",
  "deploys",
  "token",
  "tokens",
  "taken",
);
const page = fc.record({
  title: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" ")),
  text: fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
  language: fc.constantFrom("en", "de"),
  translationKey: fc.constantFrom("a", "b", "c"),
  version: fc.constantFrom("1.0", "2.0"),
  isHidden: fc.boolean(),
});

describe("a catalog without some pages", () => {
  it("is the one that was built without them, in every number and every answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(page, { minLength: 1, maxLength: 12 }),
        fc.array(fc.oneof(word, fc.constantFrom("servr", "tokn", "dep")), {
          minLength: 1,
          maxLength: 3,
        }),
        async (given, query) => {
          const specs = given.map((spec, index) => ({ ...spec, id: `p${index}` }));
          const shown = specs.filter(({ isHidden }) => !isHidden);
          fc.pre(shown.length > 0);
          const hidden = new Set(specs.filter(({ isHidden }) => isHidden).map(({ id }) => id));
          const actual = await (await catalogOf(specs)).without(hidden);
          const expected = await catalogOf(shown);
          expect(actual.facts).toEqual(expected.facts);
          expect(actual.revision).toBe(expected.revision);
          expect(actual.pages()).toEqual(expected.pages());
          for (const text of [query.join(" "), ...query]) {
            expect(actual.search(text)).toEqual(expected.search(text));
            expect(actual.search(text, { language: "de" })).toEqual(
              expected.search(text, { language: "de" }),
            );
          }
          for (const { id } of specs) {
            expect(actual.page(id)).toEqual(expected.page(id));
            expect(actual.resolve(`/${id}/`)).toEqual(expected.resolve(`/${id}/`));
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("can be empty", async () => {
    const empty = await (await catalogOf([{ id: "a" }])).without(new Set(["a"]));
    expect(empty.facts).toMatchObject({ title: "Manual", pageCount: 0, sectionCount: 0 });
    expect(empty.search("nothing")).toMatchObject({ hits: [], total: 0, answered: false });
    expect(empty.resolve("/a/")).toBeUndefined();
  });
});
