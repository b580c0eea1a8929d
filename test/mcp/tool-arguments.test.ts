import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ArgumentError,
  type ArgumentSpecs,
  type ParsedArguments,
  parseArguments,
} from "../../src/mcp/tool-arguments.ts";

const SPECS: ArgumentSpecs = {
  query: { type: "string", isRequired: true, maxChars: 10, aliases: ["q", "userQuery"] },
  limit: { type: "integer", min: 1, max: 50, aliases: ["maxResults"] },
  max_tokens: { type: "integer", min: 256, aliases: [] },
};

describe("parseArguments", () => {
  it("takes what is named as it is", () => {
    const { strings, integers, notices } = parseArguments({ query: "tls", limit: 3 }, SPECS);
    expect([...strings, ...integers]).toEqual([
      ["query", "tls"],
      ["limit", 3],
    ]);
    expect(notices).toEqual([]);
  });

  it.each([
    [{ q: "tls" }],
    [{ userQuery: "tls" }],
    [{ user_query: "tls" }],
    [{ Query: "tls" }],
    [{ query: ["tls"] }],
    [{ query: "tls", q: null, limit: "" }],
  ])("understands %j", (raw) => {
    const { strings, notices } = parseArguments(raw, SPECS);
    expect(strings.get("query")).toBe("tls");
    expect(notices).toEqual([]);
  });

  it.each([
    ["5", 5],
    [" 7 ", 7],
    [9.9, 9],
    ["3.0", 3],
  ])("reads %j as a number", (limit, expected) => {
    expect(parseArguments({ query: "x", maxResults: limit }, SPECS).integers.get("limit")).toBe(
      expected,
    );
  });

  it("says what it ignored, cut or lowered", () => {
    const { strings, integers, notices } = parseArguments(
      { query: "a".repeat(20), collection: "x", limit: 900 },
      SPECS,
    );
    expect(strings.get("query")).toBe("a".repeat(10));
    expect(integers.get("limit")).toBe(50);
    expect(notices).toEqual([
      '"query" was cut to its first 10 characters.',
      '"limit" is at most 50; 50 was used.',
      'Ignored "collection": the arguments are query, limit, max_tokens.',
    ]);
  });

  it("never lets an alias override the argument, and says so", () => {
    const { strings, notices } = parseArguments({ q: "alias", query: "own" }, SPECS);
    expect(strings.get("query")).toBe("own");
    expect(notices.join()).toContain('Ignored "q"');
  });

  it.each([
    [{}, '"query" is missing'],
    [{ query: "  " }, '"query" is missing'],
    [{ query: {} }, '"query" must be a string, got an object'],
    [{ query: [[]] }, '"query" must be a string, got an array'],
    [{ query: "x", limit: 0 }, '"limit" must be at least 1, got 0'],
    [{ query: "x", limit: "many" }, '"limit" must be a whole number, got "many"'],
    [{ query: "x", limit: "1e9" }, '"limit" must be a whole number'],
    [{ query: "x", limit: true }, '"limit" must be a whole number, got a boolean'],
    [{ query: "x", max_tokens: 10 }, '"max_tokens" must be at least 256, got 10'],
  ])("refuses %j", (raw, message) => {
    expect(() => parseArguments(raw, SPECS)).toThrow(ArgumentError);
    expect(() => parseArguments(raw, SPECS)).toThrow(message);
  });

  it("is not led astray by names of the prototype", () => {
    const raw: unknown = JSON.parse('{"query":"x","__proto__":{"limit":9},"constructor":1}');
    const { integers, notices } = parseArguments(raw as Record<string, unknown>, SPECS);
    expect(integers.size).toBe(0);
    expect(notices.join()).toContain('"__proto__", "constructor"');
  });

  it("answers anything at all with values within bounds or an ArgumentError", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.jsonValue());
    const key = fc.oneof(fc.constantFrom("query", "q", "limit", "max_tokens"), fc.string());
    fc.assert(
      fc.property(fc.dictionary(key, value), (raw) => {
        const parsed = parsedOrError(raw);
        if (parsed instanceof ArgumentError) return;
        const limit = parsed.integers.get("limit") ?? 1;
        const isWhole = limit >= 1 && limit <= 50 && Number.isInteger(limit);
        expect(isWhole && (parsed.strings.get("query") ?? "").length <= 10).toBe(true);
      }),
    );
  });
});

/** Anything that is thrown but an ArgumentError fails the test that calls this. */
function parsedOrError(raw: Record<string, unknown>): ParsedArguments | ArgumentError {
  try {
    return parseArguments(raw, SPECS);
  } catch (error) {
    if (error instanceof ArgumentError) return error;
    throw error;
  }
}
