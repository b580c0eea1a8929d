/**
 * Whether the time of an answer tells a page that the caller may not see from one that never was:
 * ids and words of both kinds, alike in length, are asked for in turn. The difference of the medians
 * is held against that of asking for the same kind twice.
 *
 *     npx tsx bench/hidden-pages.ts [ROUNDS]
 */
import { createHash } from "node:crypto";
import { createAccessViews } from "../src/auth/access-views.ts";
import { createDocsContext } from "../src/mcp/docs-context.ts";
import { callFetch } from "../src/mcp/fetch-tool.ts";
import { callSearch } from "../src/mcp/search-tool.ts";
import { catalogOf } from "../test/auth/catalogs.ts";

const ROUNDS = Number(process.argv[2] ?? 5_000);

/** A word of ten letters that is like no other: what is near in spelling would be searched too. */
const wordOf = (name: string): string =>
  createHash("sha256").update(name).digest("hex").replaceAll(/\d/g, "q").slice(0, 10);

const pages = Array.from({ length: 2_000 }, (_, i) =>
  i < 200 ? `internal/${wordOf(`hidden ${i}`)}` : `guide/${wordOf(`seen ${i}`)}`,
).map((id) => ({ id }));
const all = await catalogOf(pages);
const rules = [{ scope: "docs:internal", sections: ["internal"] }];
const [hiding] = createAccessViews(all, rules).catalogs;
if (!hiding) throw new Error("there is no view without scopes");
const context = createDocsContext(hiding, { publicUrl: "https://docs.example.com" });

type Question = (round: number) => unknown;

type Kind = "hidden" | "never";

const fetchOf =
  (kind: Kind): Question =>
  (round) => {
    try {
      return callFetch(context, { id: `internal/${wordOf(`${kind} ${round % 200}`)}` });
    } catch (error) {
      return error;
    }
  };
const searchFor =
  (kind: Kind): Question =>
  (round) =>
    callSearch(context, { query: `internal ${wordOf(`${kind} ${round % 200}`)}` });

/** Median of each question's microseconds, asked in turn so that what else happens hits both. */
async function medians(questions: readonly Question[]): Promise<number[]> {
  const times = questions.map(() => [] as number[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (let k = 0; k < questions.length; k++) {
      const at = (k + round) % questions.length;
      const startedAt = process.hrtime.bigint();
      await questions[at]?.(round);
      times[at]?.push(Number(process.hrtime.bigint() - startedAt) / 1_000);
    }
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[each.length >> 1] ?? Number.NaN);
}

console.log("| question | hidden µs | never was µs | difference µs | noise µs |");
console.log("| --- | --- | --- | --- | --- |");
for (const [name, ask] of [
  ["fetch", fetchOf],
  ["search", searchFor],
] as const) {
  const [hidden = 0, never = 0, again = 0] = await medians([
    ask("hidden"),
    ask("never"),
    ask("never"),
  ]);
  const cells = [hidden, never, hidden - never, Math.abs(never - again)];
  console.log(`| ${name} | ${cells.map((value) => value.toFixed(2)).join(" | ")} |`);
}
