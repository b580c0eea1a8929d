import { describe, expect, it } from "vitest";
import { describeDuration, describeFacts } from "../../src/cli/describe-facts.ts";
import { ProblemReport } from "../../src/cli/problem-report.ts";
import { createProgressBar } from "../../src/cli/progress.ts";
import { highlight, printable, wrap } from "../../src/cli/terminal.ts";

describe("text from documents", () => {
  it("cannot steer the terminal", () => {
    expect(printable("a\u001B]0;title\u0007b\u009Bc\r\nd\u202Ee\u200Bf")).toBe(
      "a ]0;title b c d e f",
    );
  });

  it("is bold where it matched, and only there", () => {
    expect(highlight("find me here", [[5, 7]])).toBe("find \u001B[1mme\u001B[22m here");
    expect(highlight("\u001B[31mred", [[0, 5]])).toBe("\u001B[1m [31m\u001B[22mred");
    expect(highlight("plain", [])).toBe("plain");
  });

  it("is wrapped at spaces", () => {
    expect(wrap("one two three averylongword x", 8)).toEqual([
      "one two",
      "three",
      "averylongword",
      "x",
    ]);
  });
});

describe("the progress bar", () => {
  function drawn(isTerminal: boolean): {
    text: () => string;
    tick: (ms: number) => void;
    bar: ReturnType<typeof createProgressBar>;
  } {
    let text = "";
    let now = 0;
    const stderr = (part: string): void => void (text += part);
    const bar = createProgressBar({ stderr, isTerminal, now: () => now });
    return { text: () => text, tick: (ms) => void (now += ms), bar };
  }

  it("is redrawn on one line, not more than ten times a second, and taken away", () => {
    const { text, tick, bar } = drawn(true);
    bar.update({ pagesRead: 1, pagesExpected: 2 });
    bar.update({ pagesRead: 2, pagesExpected: 2 });
    tick(100);
    bar.update({ pagesRead: 1200 });
    bar.clear();
    expect(text()).toBe(
      "\r\u001B[KReading  [############------------]  1 of 2 pages" +
        "\r\u001B[KReading  1,200 pages" +
        "\r\u001B[K",
    );
  });

  it("writes nothing where it cannot be redrawn, or when there was nothing to draw", () => {
    const pipe = drawn(false);
    pipe.bar.update({ pagesRead: 1 });
    pipe.bar.clear();
    expect(pipe.text()).toBe("");
    const terminal = drawn(true);
    terminal.bar.clear();
    expect(terminal.text()).toBe("");
  });
});

describe("pages that could not be read", () => {
  it("are named up to a bound, and counted", () => {
    const report = new ProblemReport(2);
    expect(report.render()).toBe("");
    report.add({ path: "a.md", reason: "too large" });
    expect(report.render()).toBe("1 page could not be read and is left out:\n  a.md: too large\n");
    for (const path of ["b\u001B[1m.md", "c.md", "d.md"]) report.add({ path, reason: "no" });
    expect(report.render()).toBe(
      "4 pages could not be read and are left out:\n  a.md: too large\n  b [1m.md: no\n" +
        "  ... and 2 more: --log-level debug names all\n",
    );
    expect(report.count).toBe(4);
    report.add({ path: "e.md", reason: "as it was", isServed: true });
    expect(report.render()).toMatch(/^5 pages could not be read:\n/);
  });
});

describe("what was indexed", () => {
  const facts = {
    title: "T",
    pageCount: 1,
    sectionCount: 1204,
    languages: [{ language: "en", pageCount: 1 }],
    versions: [],
    topSections: [],
    builtAt: 0,
  };

  it("is one line", () => {
    expect(describeFacts(facts)).toBe("1 page, 1,204 sections, 1 language (en 1)");
    const languages = ["en", "de", "fr", "it", "es", "pt", "ja"].map((language) => ({
      language,
      pageCount: 1000,
    }));
    expect(describeFacts({ ...facts, languages, versions: ["v2", "v1"] })).toBe(
      "1 page, 1,204 sections, 7 languages (en 1,000, de 1,000, fr 1,000, it 1,000, es 1,000, pt 1,000, ...), 2 versions",
    );
  });

  it.each([
    [40, "0.0 s"],
    [3240, "3.2 s"],
    [59_400, "59 s"],
    [119_700, "2 min 0 s"],
  ])("%i ms are %s", (ms, shown) => {
    expect(describeDuration(ms)).toBe(shown);
  });
});
