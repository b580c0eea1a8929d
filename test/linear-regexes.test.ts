import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type AnalysisOptions, analyse } from "scslre";
import { afterEach, describe, expect, it } from "vitest";
import { type RegexLiteral, regexLiteralsIn } from "./support/regex-literals.ts";

const SRC = resolve(import.meta.dirname, "../src");

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), "utf8") }));

/** Where a pattern can take more than linear time: exponential, polynomial, or by its start. */
function slowParts({ source, flags }: RegexLiteral): string[] {
  const options: AnalysisOptions = { reportTypes: { Move: true, Self: true, Trade: true } };
  return analyse({ source, flags }, options).reports.map(
    ({ type, exponential }) => `${exponential ? "exponential " : ""}${type} in /${source}/${flags}`,
  );
}

const RealRegExp = globalThis.RegExp;
afterEach(() => {
  globalThis.RegExp = RealRegExp;
});

/** What a module makes by `new RegExp(...)` as it is loaded. */
async function builtBy(path: string): Promise<RegexLiteral[]> {
  const built: RegexLiteral[] = [];
  globalThis.RegExp = new Proxy(RealRegExp, {
    construct(target, [pattern, flags]: [string | RegExp, string?]) {
      const made = new target(pattern, flags);
      built.push({ source: made.source, flags: made.flags });
      return made;
    },
  });
  // Anew, whoever has loaded it before.
  await import(/* @vite-ignore */ `${join(SRC, path)}?built`);
  globalThis.RegExp = RealRegExp;
  return built;
}

describe("regular expressions are linear on any input", () => {
  it("the check finds those that are not", () => {
    for (const source of ["^(a+)+$", "a+$", "^a*b?a*c", "\\s+x"]) {
      expect(slowParts({ source, flags: "" })).not.toEqual([]);
    }
  });

  it("the literals are found", () => {
    const code = 'const a = b / c; // /no/\nf(`${x}/${/[/]\\//gu.exec("/no/")}/`); return /yes/;';
    expect(regexLiteralsIn(code)).toEqual([
      { source: "[/]\\/", flags: "gu" },
      { source: "yes", flags: "" },
    ]);
    expect(files.flatMap(({ text }) => regexLiteralsIn(text)).length).toBeGreaterThan(350);
  });

  it.each(files)("in $path", ({ text }) => {
    expect(regexLiteralsIn(text).flatMap(slowParts)).toEqual([]);
  });

  it.each(files.filter(({ text }) => /\bnew RegExp\(/.test(text)))(
    "made when $path is loaded",
    async ({ path }) => {
      const built = await builtBy(path);
      expect(built).not.toEqual([]);
      expect(built.flatMap(slowParts)).toEqual([]);
    },
  );
});
