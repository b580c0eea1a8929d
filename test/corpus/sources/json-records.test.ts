import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJsonRecords } from "../../../src/corpus/sources/json-records.ts";

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1 << 16, maxRecordBytes = 1 << 20): Promise<unknown[]> {
  const records: unknown[] = [];
  const chunks = inChunks(new TextEncoder().encode(text), size);
  for await (const record of readJsonRecords(chunks, { maxRecordBytes })) records.push(record);
  return records;
}

describe("readJsonRecords", () => {
  it("reads what JSON.parse reads, however it is cut and wrapped", async () => {
    const record = fc.record({
      title: fc.string({ unit: "grapheme" }),
      permalink: fc.webUrl(),
      contents: fc.string({ unit: "binary" }),
      aliases: fc.option(fc.array(fc.string(), { maxLength: 3 })),
      weight: fc.double({ noNaN: true, noDefaultInfinity: true }),
    });
    const shape = fc.constantFrom<(list: readonly unknown[]) => string>(
      (list) => JSON.stringify(list),
      (list) => `\n ${JSON.stringify(list, null, 2)}\n\n`,
      (list) => JSON.stringify({ version: 1, items: list, next: { items: [1] } }),
      (list) => JSON.stringify({ pages: list, total: list.length }),
      (list) => list.map((one) => JSON.stringify(one)).join("\r\n"),
    );
    const list = fc.array(record, { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        list,
        shape,
        fc.integer({ min: 1, max: 40 }),
        async (records, write, size) => {
          const normal: unknown = JSON.parse(JSON.stringify(records));
          expect(await read(write(records), size)).toEqual(normal);
        },
      ),
    );
  });

  it("knows an empty list from an empty file", async () => {
    expect(await read("[]")).toEqual([]);
    expect(await read('\uFEFF[{"a":1}]')).toEqual([{ a: 1 }]);
    await expect(read("")).rejects.toMatchObject({ code: "ERR_SOURCE_UNREADABLE" });
    await expect(read(" \n", 1)).rejects.toThrow("it is empty");
  });

  it.each([
    "<!doctype html>",
    '[{"a":1}',
    '[{"a":1}]x',
    '[{"a":1},]',
    '{"items":[',
    '"text"',
    "[nul]",
  ])("refuses %s", async (text) => {
    await expect(read(text)).rejects.toMatchObject({ code: "ERR_SOURCE_UNREADABLE" });
  });

  it("does not let a record touch prototypes", async () => {
    const [record] = await read('[{"__proto__":{"polluted":true}}]');
    expect(Object.hasOwn(record as object, "__proto__")).toBe(true);
    expect("polluted" in {}).toBe(false);
  });

  it("bounds the length and the depth of a record", async () => {
    const long = `[{"a":"${"x".repeat(3000)}"}]`;
    expect(await read(long, 100, 4000)).toHaveLength(1);
    await expect(read(long, 100, 1000)).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
    await expect(read("[".repeat(40))).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
  });
});
