import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCorpus, readJudgements, readQueries } from "../../../src/search/eval/beir.ts";
import { readGolden } from "../../../src/search/eval/golden.ts";
import { linesOf } from "../../../src/search/eval/json-lines.ts";
import { chunked, collect } from "../../support/bytes.ts";

const CORPUS = `{"_id": "1", "title": "Zürich", "text": "über"}\r\n\n{"_id": 2, "text": "日本"}`;
const QRELS = "query-id\tcorpus-id\tscore\nq1\t1\t2\nq1\t2\t0\nq2\t2\t0\n";
const QUERIES = `{"_id": "q1", "text": "eins"}\n{"_id": "q2", "text": "zwei"}\n{"_id": "q3", "text": "drei"}\n`;

describe("readCorpus", () => {
  it("reads documents wherever the chunks are cut", async () => {
    for (const size of [1, 2, 3, 1000]) {
      expect(await collect(readCorpus(chunked(CORPUS, size)))).toEqual([
        { id: "1", title: "Zürich", text: "über" },
        { id: "2", title: "", text: "日本" },
      ]);
    }
  });

  it.each([
    ["{nope", /^corpus\.jsonl:1: expected a JSON object/],
    ["[1]", /^corpus\.jsonl:1: expected a JSON object, got an array/],
    ['{"_id": "1", "text": "a"}\n{"text": "b"}', /^corpus\.jsonl:2: expected "_id" to be a string/],
    ['{"_id": "1", "text": ["b"]}', /^corpus\.jsonl:1: expected "text" .* got an array/],
  ])("says where %j is wrong", async (text, message) => {
    await expect(collect(readCorpus(chunked(text)))).rejects.toThrow(message);
  });

  it("refuses bytes that are not UTF-8", async () => {
    async function* bytes(): AsyncIterable<Uint8Array> {
      yield Uint8Array.of(0x7b, 0xff, 0xfe);
    }
    await expect(collect(readCorpus(bytes()))).rejects.toMatchObject({ code: "ERR_EVAL_INPUT" });
  });

  it("refuses an endless line before it fills memory", async () => {
    let sent = 0;
    async function* endless(): AsyncIterable<Uint8Array> {
      for (;;) {
        sent += 1;
        yield new Uint8Array(1024 * 1024).fill(0x61);
      }
    }
    await expect(collect(readCorpus(endless()))).rejects.toThrow(/line over 8 Mi/);
    expect(sent).toBeLessThan(12);
  });
});

describe("readJudgements and readQueries", () => {
  it("keeps the queries that have a relevant document", async () => {
    const judgements = await readJudgements(chunked(QRELS));
    expect(await readQueries(chunked(QUERIES), judgements)).toEqual([
      {
        id: "q1",
        text: "eins",
        judged: new Map([
          ["1", 2],
          ["2", 0],
        ]),
      },
    ]);
  });

  it("reads the four columns of TREC", async () => {
    const judgements = await readJudgements(chunked("7 0 doc-1 1\n7 0 doc-2 0\n"));
    expect(judgements.get("7")).toEqual(
      new Map([
        ["doc-1", 1],
        ["doc-2", 0],
      ]),
    );
  });

  it("names the line that is no judgement", async () => {
    await expect(readJudgements(chunked(`${QRELS}q9\tonly two\n`))).rejects.toThrow(
      /^qrels\/test\.tsv:5: expected query id, document id and grade/,
    );
  });

  it("says when queries and judgements have nothing in common", async () => {
    const judgements = await readJudgements(chunked(QRELS.replaceAll("q1", "other")));
    await expect(readQueries(chunked(QUERIES), judgements)).rejects.toThrow(/no query has/);
  });
});

describe("readGolden", () => {
  it("takes either name of the question and of the answer, one or several", async () => {
    const text = [
      '{"question": "How?", "page": "guide/install"}',
      '{"query": "Was?", "url": ["/a/", "/b/"], "language": "de", "note": 1}',
    ].join("\n");
    expect(await readGolden(chunked(text), "golden.jsonl")).toEqual([
      { id: "golden.jsonl:1", text: "How?", targets: ["guide/install"] },
      { id: "golden.jsonl:2", text: "Was?", targets: ["/a/", "/b/"], language: "de" },
    ]);
  });

  it("wants an answer for every question", async () => {
    await expect(readGolden(chunked('{"query": "How?"}'), "g.jsonl")).rejects.toThrow(
      'g.jsonl:1: expected the right answer as "page", "id" or "url"',
    );
  });
});

describe("linesOf", () => {
  it("gives what splitting the whole text gives", async () => {
    const lines = fc.array(fc.string({ unit: "grapheme" }).filter((line) => !/[\r\n]/.test(line)));
    await fc.assert(
      fc.asyncProperty(lines, fc.integer({ min: 1, max: 9 }), async (given, size) => {
        const read = await collect(linesOf(chunked(`\uFEFF${given.join("\n")}`, size), "file"));
        const expected = given
          .map((text, index) => ({ number: index + 1, text }))
          .filter(({ text }) => text.trim() !== "");
        expect(read).toEqual(expected);
      }),
    );
  });
});
