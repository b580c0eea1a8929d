import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterQueries } from "../../src/gaps/cluster-queries.ts";
import { gapsMarkdown } from "../../src/gaps/gap-report.ts";
import type { UnansweredQuery } from "../../src/gaps/unanswered-query.ts";

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 2, 1);

const asked = (query: string, day = 0, closest: readonly string[] = []): UnansweredQuery => ({
  at: START + day * DAY_MS,
  query,
  closest,
});

describe("clusterQueries", () => {
  it("puts wordings of one question together", () => {
    const gaps = clusterQueries([
      asked("How do I rotate logs?", 3, ["logging#files", "run"]),
      asked("how do i rotate logs?", 1, ["logging#files"]),
      asked("rotating the logs", 2, ["run"]),
      asked("shear a sheep", 0),
    ]);
    expect(gaps).toEqual([
      {
        query: "How do I rotate logs?",
        count: 3,
        firstAt: START + DAY_MS,
        lastAt: START + 3 * DAY_MS,
        wordings: [
          { query: "How do I rotate logs?", count: 2 },
          { query: "rotating the logs", count: 1 },
        ],
        closest: ["logging#files", "run"],
      },
      expect.objectContaining({ query: "shear a sheep", count: 1 }),
    ]);
  });

  it("keeps apart what shares a word and no more", () => {
    const gaps = clusterQueries([asked("configure proxy headers"), asked("configure dark mode")]);
    expect(gaps.length).toBe(2);
  });

  it("does not take what was masked for a word", () => {
    const gaps = clusterQueries([asked("invoice [number]"), asked("parcel [number]")]);
    expect(gaps.length).toBe(2);
  });

  const words = fc.constantFrom("proxy", "logs", "rotate", "dark", "mode", "the", "証明書", "!");
  const queries = fc.array(
    fc
      .tuple(fc.array(words, { maxLength: 5 }), fc.nat(9))
      .map(([said, day]) => asked(said.join(" "), day, said.slice(0, 2))),
    { maxLength: 40 },
  );

  it("gives the same for the same queries in any order, and loses none", () => {
    fc.assert(
      fc.property(
        queries.chain((some) =>
          fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
        ),
        ([given, shuffled]) => {
          const gaps = clusterQueries(given);
          expect(clusterQueries(shuffled)).toEqual(gaps);
          expect(gaps.reduce((sum, { count }) => sum + count, 0)).toBe(given.length);
        },
      ),
    );
  });

  it("bears as many different queries as are ever kept", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => asked(`common word${i % 5_000} w${i}`));
    expect(clusterQueries(many).reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
  });
});

describe("gapsMarkdown", () => {
  const report = (query: string): string =>
    gapsMarkdown(clusterQueries([asked(query)]).map((gap) => ({ ...gap, closest: [] })));

  it("says what was asked, when, and what is closest", () => {
    const gaps = clusterQueries([asked("rotate logs", 0), asked("rotate log", 9)]);
    const text = gapsMarkdown(
      gaps.map((gap) => ({ ...gap, closest: [{ id: "run#logs", title: "Logs" }] })),
    );
    expect(text).toBe(
      "# What was asked and not found\n\n2 queries on 1 subject.\n\n## rotate log\n\n" +
        "Asked 2 times, from 2026-03-01 to 2026-03-10.\n\nAlso: rotate logs.\n\n" +
        "Closest:\n\n- Logs (run\\#logs)\n",
    );
  });

  it("leaves out what is answered by now", () => {
    const gaps = clusterQueries([asked("rotate logs")]);
    const text = gapsMarkdown(gaps.map((gap) => ({ ...gap, closest: [], isAnsweredNow: true })));
    expect(text).toContain("Nothing.");
    expect(text).toContain("1 subject more can be answered by now");
    expect(text).not.toContain("rotate");
  });

  it.each(["# x", "[a](javascript:b)", "<img src=x onerror=y>", "a\n\n## b", "`c`", "| d |"])(
    "takes nothing of %j as Markdown",
    (query) => {
      const lines = report(query).split("\n");
      expect(lines.filter((line) => line.startsWith("#")).length).toBe(2);
      expect(lines.join("")).not.toMatch(/(?<!\\)[[<`|]/);
    },
  );
});
