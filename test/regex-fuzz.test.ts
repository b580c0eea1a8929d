import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createContext, Script } from "node:vm";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RegexLiteral, regexLiteralsIn } from "./support/regex-literals.ts";

const SRC = resolve(import.meta.dirname, "../src");
const ATTACK_CHARS = 500_000;
const ATTACKS = 16;
/** A linear expression takes some milliseconds; one that backtracks without end takes for ever. */
const BOUND_MS = 5_000;

const literals = [
  ...new Map(
    readdirSync(SRC, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .flatMap((path) => regexLiteralsIn(readFileSync(join(SRC, path), "utf8")))
      .map((one): [string, RegexLiteral] => [`/${one.source}/${one.flags}`, one]),
  ),
];

const context = createContext({ regex: /x/, text: "" });
const run = new Script("regex.lastIndex = 0; text.replace(regex, '')");

/** Whether all of a text is searched within the bound. */
function isDone(regex: RegExp, text: string, boundMs: number): boolean {
  Object.assign(context, { regex, text });
  try {
    run.runInContext(context, { timeout: boundMs });
    return true;
  } catch (error) {
    // Of another realm, so not an `Error` of this one.
    if (typeof error === "object" && error !== null && "code" in error) return false;
    throw error;
  }
}

/** Texts that an expression matches, or at least letters that it speaks of. */
function wordsOf({ source, flags }: RegexLiteral): fc.Arbitrary<string> {
  const letters = [...new Set(source.replace(/\\[a-zA-Z]/g, "a 1\n"))];
  const own = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 12 });
  try {
    return fc.oneof(fc.stringMatching(new RegExp(source, flags.replace(/[gy]/g, ""))), own);
  } catch {
    return own; // With something in it that no text can be made of.
  }
}

/** A part of such a text again and again, and an end that fits nothing. */
const attackOn = (regex: RegexLiteral): fc.Arbitrary<string> =>
  fc
    .tuple(wordsOf(regex), fc.nat(), fc.nat(), fc.constantFrom("", "\u0000", "!", "\n", " "))
    .map(([word, from, length, end]) => {
      const start = from % (word.length + 1);
      const part = word.slice(start, start + 1 + (length % 4)) || word || "a";
      const times = Math.ceil(ATTACK_CHARS / part.length);
      return `${word.slice(0, start)}${part.repeat(times)}${end}`;
    });

/** The beginning of a text that an expression is not done with; asked twice, as a machine may pause. */
function slowOn({ source, flags }: RegexLiteral, boundMs: number): string | undefined {
  const texts = fc.sample(attackOn({ source, flags }), { numRuns: ATTACKS, seed: 20_261_123 });
  const isSlow = (text: string): boolean =>
    [boundMs, 2 * boundMs].every((bound) => !isDone(new RegExp(source, flags), text, bound));
  return texts.find(isSlow)?.slice(0, 60);
}

describe("regular expressions are done with long texts made to be slow", () => {
  it.each(["^(?:a|a)*$", "^(a+)+$", "(?:x|y|xy)*z", '"(?:[^"]|"")*(?:""|x)*,'])(
    "the fuzzing finds %s",
    (source) => expect(slowOn({ source, flags: "" }, 200)).toBeDefined(),
  );

  it.each(literals)("%s", { timeout: 300_000 }, (_name, regex) => {
    expect(slowOn(regex, BOUND_MS)).toBeUndefined();
  });
});
