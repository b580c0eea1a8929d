import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDocsContext } from "../../src/mcp/docs-context.ts";
import { callSearch, DEFAULT_SEARCH_TOKENS } from "../../src/mcp/search-tool.ts";
import { countTokens } from "../../src/mcp/token-count.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { payloadOf } from "./tool-payload.ts";

const context = createDocsContext(createFakeCatalog(), {});
const search = (given: Record<string, unknown>): Record<string, unknown> =>
  payloadOf(callSearch(context, given)).value;
const idsOf = (value: Record<string, unknown>): unknown[] =>
  (value["results"] as { id: string }[]).map(({ id }) => id);

describe("callSearch", () => {
  it("gives id, title and absolute URL, with what else is known", () => {
    const { results } = search({ query: "debian archive", limit: 1 }) as { results: unknown[] };
    expect(results).toEqual([
      {
        id: "guide/install#debian",
        title: "Debian",
        url: "https://docs.example.com/guide/install/#debian",
        heading_path: "Install > Linux > Debian",
        snippet: "### Debian The Debian package is in the main archive.",
        language: "en",
        version: "2.0",
      },
    ]);
  });

  it("says that a translation is used", () => {
    const { results } = search({ query: "environment variable", language: "de" }) as {
      results: { note?: string }[];
    };
    expect(results[0]?.note).toBe("Not available in de; this is en.");
  });

  it.each([
    ["de-AT", "de/guide/install"],
    ["DE", "de/guide/install"],
    ["ja_JP", "ja/guide/install"],
  ])("understands the language %s", (language, id) => {
    expect(idsOf(search({ query: "de ja guide install. paket バイナリ", language }))[0]).toContain(
      id,
    );
  });

  it("names the values there are when a filter is unknown, and searches without it", () => {
    const value = search({ query: "install", language: "xx", version: "9" });
    expect(value["notice"]).toContain('No page has language "xx" (there: en, de, ja)');
    expect(value["notice"]).toContain('No page has version "9" (there: 2.0, 1.0)');
    expect(idsOf(value)).toContain("guide/install");
  });

  it("takes a version with or without its v", () => {
    expect(idsOf(search({ query: "breaks", version: "v1.0" }))).toEqual(["guide/upgrade"]);
  });

  it("searches everywhere when a filter leaves nothing, and says so", () => {
    const value = search({ query: "homebrew", section: "/reference/" });
    expect(idsOf(value)).toEqual(["guide/install#macos"]);
    expect(value["notice"]).toContain('Nothing found in section "reference"');
  });

  it("says when nothing answers, with the closest or with what there is", () => {
    const weak = search({ query: "quantum chromodynamics lattice package" });
    expect(weak).toMatchObject({ answered: false });
    expect(idsOf(weak).length).toBeGreaterThan(0);
    expect(idsOf(search({ query: "quantum chromodynamics lattice part" }))).toHaveLength(5);
    expect(weak["notice"]).toContain("only the closest");
    const none = search({ query: "zzzz" });
    expect(none).toMatchObject({ results: [], answered: false });
    expect(none["notice"]).toContain("It covers: guide");
  });

  it("names ignored arguments", () => {
    expect(search({ query: "install", collection: 1 })["notice"]).toContain('"collection"');
  });

  it("counts what did not fit and gives the call that gets it", () => {
    const given = { query: "configuration", limit: 50, max_tokens: 700 };
    const value = search(given);
    expect(value).toMatchObject({
      omitted: { next_call: { name: "search", arguments: { query: "configuration", limit: 50 } } },
    });
    const { omitted } = value as {
      omitted: { count: number; next_call: { arguments: Record<string, unknown> } };
    };
    const wider = search(omitted.next_call.arguments);
    expect(wider["omitted"]).toBeUndefined();
    expect(idsOf(wider)).toHaveLength(idsOf(value).length + omitted.count);
  });

  it("says what it needs when not even the call that gets it fits", () => {
    const query = `configuration ${"xq7-".repeat(240)}`;
    const value = search({ query, max_tokens: 256 });
    expect(value["results"]).toEqual([]);
    const needed = Number(
      /^Nothing fits in max_tokens 256: send (\d+)\.$/.exec(String(value["notice"]))?.[1],
    );
    expect(idsOf(search({ query, max_tokens: needed }))).not.toEqual([]);
  });

  it("is never above its budget, whatever is asked", () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            query: fc.oneof(
              fc.constantFrom("configuration", "the", "server part install", 'quo"te'),
              fc.string({ unit: "binary", minLength: 1 }).filter((text) => text.trim() !== ""),
            ),
            max_tokens: fc.integer({ min: 256, max: 6_000 }),
            limit: fc.integer({ min: 1, max: 50 }),
            language: fc.oneof(fc.constantFrom("en", "de"), fc.string()),
            section: fc.string({ unit: "binary" }),
            other: fc.string(),
          },
          { requiredKeys: ["query"] },
        ),
        (given) => {
          const { text, value } = payloadOf(callSearch(context, given));
          const budget = given.max_tokens ?? DEFAULT_SEARCH_TOKENS;
          expect(countTokens(text)).toBeLessThanOrEqual(budget);
          expect(text.length).toBeLessThanOrEqual(45_000);
          expect(Array.isArray(value["results"])).toBe(true);
        },
      ),
    );
  });
});
