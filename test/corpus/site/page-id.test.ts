import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PageIds, pageIdOf } from "../../../src/corpus/site/page-id.ts";
import { versionOf } from "../../../src/corpus/site/page-version.ts";

describe("pageIdOf", () => {
  const en = { language: "en", defaultLanguage: "en" };

  it.each([
    ["docs/rate-limits/", en, "docs/rate-limits"],
    ["docs/a.html", en, "docs/a"],
    ["docs/index.html", en, "docs"],
    ["", en, "index"],
    ["en/docs/a/", { ...en, languageSegment: "en" }, "docs/a"],
    ["de/docs/a/", { ...en, language: "de", languageSegment: "de" }, "de/docs/a"],
    ["pt-BR/a", { ...en, language: "pt-br", languageSegment: "pt-BR" }, "pt-br/a"],
    ["docs/a/", { ...en, language: "de" }, "de/docs/a"],
    ["de/", { ...en, language: "de", languageSegment: "de" }, "de"],
    ["a b/c#d?e", en, "a-b/c-d-e"],
  ])("makes %j readable", (path, place, id) => expect(pageIdOf(path, place)).toBe(id));
});

describe("PageIds", () => {
  it("hands out every id once", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "a-2", "a-3", "b")), (wanted) => {
        const ids = new PageIds();
        const given = wanted.map((id) => ids.claim(id));
        expect(new Set(given).size).toBe(wanted.length);
        expect(given.every((id, at) => id.startsWith(wanted[at] ?? "?"))).toBe(true);
      }),
    );
  });
});

describe("versionOf", () => {
  it.each([
    ["v1.2/guide/a", "v1.2"],
    ["docs/1.x/a", "1.x"],
    ["docs/2.0.1-rc.1/a", "2.0.1-rc.1"],
    ["v2/a", "v2"],
    ["api/v1/users/a", undefined],
    ["2024/05/06/a", undefined],
    ["a/b/c/1.2/d", undefined],
    ["docs/v1.2", undefined],
  ])("finds in %s the version %s", (path, version) => expect(versionOf(path)).toBe(version));

  it("keeps to the configured versions", () => {
    expect(versionOf("docs/a/next/b", ["next", "stable"])).toBe("next");
    expect(versionOf("docs/1.2/b", ["next"])).toBeUndefined();
  });
});
