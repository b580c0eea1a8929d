import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/main.ts";
import { recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const CORPUS = [
  { _id: "1", title: "Wings", text: "lift of a wing in a slipstream" },
  { _id: "2", title: "Heat", text: "heat conduction in composite slabs" },
  { _id: "3", title: "Flutter", text: "panel flutter at high speed" },
].map((document) => JSON.stringify(document));

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder({
    "docs/index.md": "# Acme\n\nAcme keeps widgets. See [how to install it](install.md).\n",
    "docs/install.md": "# Installation\n\nDownload the archive. ![](diagram.png)\n",
    "docs/upgrade.md": "# Upgrade\n\nStop the server first. [Gone](gone.md)\n",
    "docs/llms.txt": "# Acme\n\n- [Nowhere](/nowhere/): gone\n",
    "golden.jsonl":
      '{"question": "download archive", "page": "install"}\n{"question": "stop the server", "page": "upgrade"}\n{"question": "old", "page": "removed"}\n',
    "set/corpus.jsonl": CORPUS.join("\n"),
    "set/queries.jsonl":
      '{"_id": "a", "text": "slipstream wing"}\n{"_id": "b", "text": "composite heat"}\n',
    "set/qrels/test.tsv": "query-id\tcorpus-id\tscore\na\t1\t2\nb\t2\t1\n",
  });
});
afterAll(async () => folder[Symbol.asyncDispose]());

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const context = recordedContext({ cwd: folder.path });
  const code = await main(args, context);
  return { code, out: context.out(), err: context.err() };
}

describe("docport eval --collection", () => {
  it("prints exactly one JSON object of numbers", async () => {
    const { code, out } = await run("eval", "--collection", "set", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      ...{ "ndcg@10": 1, "mrr@10": 1, "recall@100": 1, "success@1": 1, queries: 2 },
      ...{ p50Ms: expect.any(Number), p99Ms: expect.any(Number) },
    });
  });

  it("prints a table beside the reference", async () => {
    const { out } = await run("eval", "--collection", "set", "set");
    expect(out).toMatch(/^\| collection \| queries \| nDCG@10 \| BM25/);
    expect(out).toMatch(/^\| mean /m);
  });

  it("says what is missing", async () => {
    const { code, err } = await run("eval", "--collection", "nowhere", "--json");
    expect(code).toBe(1);
    expect(err).toMatch(/cannot read .*nowhere.*test\.tsv/);
  });

  it("refuses a flag that it does not have", async () => {
    expect((await run("eval", "--collection", "set", "--jsn")).code).toBe(2);
  });
});

describe("docport eval SOURCE", () => {
  it("scores golden questions, lists the lost ones and writes a report", async () => {
    const report = join(folder.path, "report.md");
    const { code, out } = await run("eval", "docs", "--golden", "golden.jsonl", "--report", report);
    expect(code).toBe(0);
    expect(out).toMatch(/questions {8}2\n/);
    expect(out).toContain("golden.jsonl:3: old");
    expect(await readFile(report, "utf8")).toContain("## By origin of the question");
  });

  it("makes its own questions without a golden set", async () => {
    const { out } = await run("eval", "docs", "--json");
    expect(Object.keys(JSON.parse(out).byOrigin)).toEqual(
      expect.arrayContaining(["title", "link"]),
    );
  });

  it("exits with 1 when it got worse than the baseline, and says by how much", async () => {
    const baseline = join(folder.path, "baseline.json");
    const { out } = await run("eval", "docs", "--golden", "golden.jsonl", "--json");
    await writeFile(baseline, out);
    const args = ["eval", "docs", "--golden", "golden.jsonl", "--baseline", baseline];
    expect((await run(...args)).code).toBe(0);
    await writeFile(baseline, JSON.stringify({ ...JSON.parse(out), "ndcg@10": 1.2 }));
    const worse = await run(...args);
    expect(worse.code).toBe(1);
    expect(worse.err).toMatch(/Search got worse: nDCG@10 1\.200 -> 1\.000.*0\.01 less was allowed/);
  });
});

describe("docport lint", () => {
  it("lists findings, and fails on them only when told to", async () => {
    const { code, out } = await run("lint", "docs", "--json");
    const { findings } = JSON.parse(out) as { findings: { kind: string; detail: string }[] };
    expect(code).toBe(0);
    expect(findings.map(({ kind, detail }) => `${kind} ${detail}`)).toEqual(
      expect.arrayContaining([
        "image-without-alternative diagram.png",
        expect.stringMatching(/^broken-link .*gone/),
        "llms-entry Nowhere: /nowhere/",
      ]),
    );
    const strict = await run("lint", "docs", "--strict");
    expect(strict.code).toBe(1);
    expect(strict.out).toContain("Links that lead to no page of the documentation (1)");
  });
});
