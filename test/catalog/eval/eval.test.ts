import { describe, expect, it } from "vitest";
import {
  compareWithBaseline,
  evaluationJson,
  readBaseline,
} from "../../../src/catalog/eval/baseline.ts";
import { questionsOf } from "../../../src/catalog/eval/corpus-questions.ts";
import { evaluateCatalog } from "../../../src/catalog/eval/evaluate-catalog.ts";
import { evaluationReport } from "../../../src/catalog/eval/evaluation-report.ts";
import { resolveGolden } from "../../../src/catalog/eval/golden-questions.ts";
import { createFakeCatalog } from "../../support/fake-catalog.ts";

const catalog = createFakeCatalog([
  {
    id: "guide/install",
    markdown:
      "# Install\n\nSee [how to configure it](../configure/) and [here](../configure/).\n\n## Linux\n\nUse the package.\n",
  },
  { id: "guide/configure", markdown: "# Configure\n\nSet the port.\n" },
  { id: "de/guide/install", language: "de", markdown: "# Installieren\n\nLade das Programm.\n" },
]);
const now = (): number => 0;

describe("questionsOf", () => {
  it("asks for titles, headings, link texts", () => {
    const asked = questionsOf(catalog).map(
      ({ origin, text, judged }) => `${origin}: ${text} -> ${[...judged.keys()].join()}`,
    );
    expect(asked).toEqual([
      "title: Install -> guide/install",
      "title: Configure -> guide/configure",
      "title: Installieren -> de/guide/install",
      "heading: Linux Install -> guide/install#linux",
      "link: how to configure it -> guide/configure",
    ]);
  });

  it("counts every place that has the same words", () => {
    const twins = createFakeCatalog([
      { id: "a", markdown: "# Setup\n" },
      { id: "b", markdown: "# Setup\n" },
    ]);
    expect(questionsOf(twins)).toMatchObject([
      {
        judged: new Map([
          ["a", 1],
          ["b", 1],
        ]),
      },
    ]);
  });

  it("samples a large documentation evenly and the same each time", () => {
    const pages = Array.from({ length: 1500 }, (_, i) => ({
      id: `p${i}`,
      markdown: `# Page ${i}x\n`,
    }));
    const questions = questionsOf(createFakeCatalog(pages));
    expect(questions).toHaveLength(500);
    expect(questions.map(({ text }) => text).slice(0, 3)).toEqual([
      "Page 0x",
      "Page 3x",
      "Page 6x",
    ]);
  });
});

describe("resolveGolden", () => {
  const golden = (...targets: string[]) => ({ id: "g:1", text: "q", targets });

  it("asks for a page or for a section, as the target does", () => {
    const { questions, lost } = resolveGolden(
      [
        golden("guide/install"),
        golden("https://docs.example.com/guide/install/#linux"),
        golden("guide/install#linux", "guide/configure"),
        golden("gone"),
      ],
      catalog,
    );
    expect(questions.map(({ level, judged }) => [level, ...judged.keys()])).toEqual([
      ["page", "guide/install"],
      ["section", "guide/install#linux"],
      ["page", "guide/install", "guide/configure"],
    ]);
    expect(lost).toEqual([golden("gone")]);
  });
});

describe("evaluateCatalog", () => {
  const { questions } = resolveGolden(
    [
      { id: "good", text: "set the port", targets: ["guide/configure"] },
      { id: "second", text: "the package install", targets: ["guide/install"] },
      { id: "german", text: "das programm", targets: ["de/guide/install"] },
      { id: "bad", text: "xylophone", targets: ["guide/configure"] },
    ],
    catalog,
  );
  const evaluation = evaluateCatalog(catalog, questions, now);

  it("scores each question and groups them", () => {
    expect(evaluation.outcomes.map(({ scores }) => scores["mrr@10"])).toEqual([1, 1, 1, 0]);
    expect(evaluation.overall).toMatchObject({ queries: 4, "ndcg@10": 0.75, "success@1": 0.75 });
    expect([...evaluation.byLanguage.keys()]).toEqual(["en", "de"]);
    expect(evaluation.byPart.get("guide")?.queries).toBe(4);
  });

  it("counts a page once, where it is met first", () => {
    const [install] = questionsOf(catalog);
    const outcome = evaluateCatalog(catalog, install ? [install] : [], now).outcomes[0];
    expect(outcome?.ranked).toEqual([...new Set(outcome?.ranked)]);
  });

  it("writes a report that names the worst question and what beat its page", () => {
    const report = evaluationReport({ evaluation, catalog, lost: ["g:9: What?"] });
    expect(report).toContain("# How well search finds: Demo");
    expect(report).toContain("4 questions. In 75.0 % of them the right place is the first hit");
    expect(report).toContain("| en | 3 |");
    expect(report).toContain("- **xylophone** (golden, en)");
    expect(report).toContain("right: Configure <https://docs.example.com/guide/configure/>");
    expect(report).toContain("nothing was found");
    expect(report).toContain("- g:9: What?");
  });

  it("keeps the documentation's text from becoming markup of the report", () => {
    const odd = createFakeCatalog([{ id: "a", markdown: "# A\n" }], { title: "A | [b](c)\n# d" });
    const report = evaluationReport({
      ...{ evaluation: evaluateCatalog(odd, [], now), catalog: odd, lost: [] },
    });
    expect(report.split("\n")[0]).toBe("# How well search finds: A \\| \\[b\\](c) \\# d");
  });

  it("compares with an earlier run, within a tolerance", () => {
    const json = evaluationJson(evaluation, []);
    const before = readBaseline(JSON.stringify(json), "baseline.json");
    expect(compareWithBaseline(json, before, 0.01)).toMatchObject({ isWorse: false, fallen: [] });

    const better = {
      ...before,
      "ndcg@10": 0.77,
      perQuestion: { ...before.perQuestion, bad: 0.5, good: 1, gone: 1 },
    };
    const comparison = compareWithBaseline(json, better, 0.01);
    expect(comparison.isWorse).toBe(true);
    expect(comparison.fallen).toEqual([{ id: "bad", from: 0.5, to: 0 }]);
    expect(compareWithBaseline(json, better, 0.03).isWorse).toBe(false);
    const withMrr = { ...before, "mrr@10": 0.9 };
    expect(compareWithBaseline(json, withMrr, 0.01).isWorse).toBe(true);
  });

  it.each(["", "{}", "[1]", '{"ndcg@10": "high"}'])("refuses %j as a baseline", (text) => {
    expect(() => readBaseline(text, "b.json")).toThrow(/^b\.json: not a result of docport eval/);
  });
});
