import { crc32 } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DocportError } from "../../../src/lib/errors.ts";
import { checksumOf } from "../../../src/search/file/checksum.ts";
import { SearchIndex } from "../../../src/search/search-index.ts";
import { buildFile, document } from "../support.ts";

const WORDS = ["certificate", "renewal", "Server.listen", "flat_map", "証明書", "ภาษาไทย", "E0382"];
const file = buildFile(
  Array.from({ length: 300 }, (_, i) =>
    document(`page-${i % 40}#${i}`, {
      title: `${WORDS[i % 7]} ${i}`,
      headings: ["Guide"],
      text: `The ${WORDS[(i * 3) % 7]} of the ${WORDS[(i * 5) % 7]}, and again the common text.`,
      code: i % 3 === 0 ? "const x = flatMap(y);" : "",
      translationKey: `key-${i % 20}`,
      section: `guide/${i % 5}`,
    }),
  ),
  { groups: Array.from({ length: 40 }, (_, i) => `page-${i}`), metadata: "facts" },
);

/** Opens and uses what may be damaged; says "answer", or the code of the one kind of failure. */
function use(bytes: Uint8Array): string {
  try {
    const index = SearchIndex.open(bytes);
    for (const query of ["certificate renewal", "flatMap", "certificat", "証明書", "sever lisen"]) {
      index.search(query, { limit: 20, section: "guide" });
    }
    for (const id of index.groupIds()) index.storedGroup(id);
    index.storedDocument("page-1#1");
    const updated = index.update({ remove: ["page-1"], documents: [document("page-new")] });
    SearchIndex.open(updated.toBytes()).search("common text");
    return "answer";
  } catch (error) {
    if (!(error instanceof DocportError)) throw error;
    return error.hint === undefined ? "no hint" : error.code;
  }
}

const OUTCOME = /^answer$|^ERR_INDEX_(TRUNCATED|VERSION|CORRUPT)$/;

/** Makes the checksums right again, so that the damage is met by the code behind them. */
function reseal(bytes: Uint8Array): Uint8Array {
  const header = new Uint32Array(bytes.buffer, bytes.byteOffset, 8);
  const tableOffset = header[4]!;
  const entries = Math.min(header[5]!, 1000);
  for (let i = 0; i < entries; i++) {
    const at = tableOffset + i * 20;
    if (tableOffset % 4 !== 0 || at + 20 > bytes.length) break;
    const entry = new Uint32Array(bytes.buffer, bytes.byteOffset + at, 5);
    entry[4] = crc32(bytes.subarray(entry[2], Math.ceil((entry[2]! + entry[3]!) / 8) * 8));
  }
  if (bytes.length < 36 || bytes.length % 4 !== 0) return bytes;
  const table = crc32(bytes.subarray(tableOffset, -4), crc32(bytes.subarray(0, 32)));
  new Uint32Array(bytes.buffer, bytes.byteOffset + bytes.length - 4, 1)[0] = table;
  return bytes;
}

describe("an index file", () => {
  it("opens from bytes at any alignment", () => {
    const shifted = new Uint8Array(file.length + 3).subarray(3);
    shifted.set(file);
    expect(SearchIndex.open(shifted).search("renewal").hits.length).toBeGreaterThan(0);
  });

  it.each([
    ["ERR_INDEX_TRUNCATED", file.subarray(0, file.length - 1)],
    ["ERR_INDEX_TRUNCATED", file.subarray(0, 40)],
    ["ERR_INDEX_TRUNCATED", new Uint8Array(0)],
    ["ERR_INDEX_VERSION", file.with(8, 99)],
    ["ERR_INDEX_CORRUPT", file.with(file.length >>> 1, file[file.length >>> 1]! ^ 1)],
    ["ERR_INDEX_CORRUPT", file.with(0, 0)],
    ["ERR_INDEX_CORRUPT", Uint8Array.of(...file, 0)],
    ["ERR_INDEX_CORRUPT", new TextEncoder().encode("{}")],
  ])("says %s", (code, bytes) => {
    expect(() => SearchIndex.open(bytes)).toThrow(expect.objectContaining({ code }));
  });

  it("notices any changed byte", () => {
    const change = fc.tuple(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, ([at, bits]) => {
        const changed = file.with(at, file[at]! ^ bits);
        expect(() => SearchIndex.open(changed)).toThrow(DocportError);
      }),
      { numRuns: 300 },
    );
  });

  it("cut anywhere ends in one clear error", () => {
    const lengths = fc.nat(file.length - 1);
    fc.assert(
      fc.property(lengths, (length) => {
        expect(use(file.slice(0, length))).toBe("ERR_INDEX_TRUNCATED");
      }),
    );
  });

  it("with any bytes changed and the checksum right ends in an answer or one clear error", () => {
    const changes = fc.array(fc.tuple(fc.nat(file.length - 33), fc.nat(255)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(changes, (given) => {
        const changed = file.slice();
        for (const [at, value] of given) changed[32 + at] = value;
        expect(use(reseal(changed))).toMatch(OUTCOME);
      }),
      { numRuns: 400 },
    );
  });

  it("of any table behind a right header ends in an answer or one clear error", () => {
    const place = fc.oneof(
      fc.nat(60).map((words) => words * 8),
      fc.nat(0xffff_ffff),
    );
    const entry = fc.tuple(
      fc.oneof(fc.nat(2), fc.nat(0xffff_ffff)),
      fc.oneof(fc.nat(40), fc.nat(0xffff_ffff)),
      place,
      fc.oneof(fc.nat(64), place),
    );
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 60 }),
        fc.uint8Array({ maxLength: 400 }),
        place,
        (entries, bytes, at) => {
          const tableOffset = at < 500 ? 32 + at - (at % 8) : 32;
          const made = new Uint8Array(tableOffset + entries.length * 20 + 4);
          made.set(bytes.subarray(0, tableOffset - 32), 32);
          made.set(file.subarray(0, 12));
          const words = new Uint32Array(made.buffer);
          words.set([made.length, tableOffset, entries.length], 3);
          for (const [i, each] of entries.entries()) words.set(each, tableOffset / 4 + i * 5);
          expect(use(reseal(made))).toMatch(OUTCOME);
        },
      ),
    );
  });
});

describe("checksumOf", () => {
  it("changes with every word and its place", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 4, maxLength: 64 }),
        fc.nat(),
        (given, at) => {
          const words = Int32Array.from(given.slice(0, given.length & ~3));
          const place = at % words.length;
          const other = words.with(place, words[place]! ^ 1);
          expect(checksumOf(other)).not.toEqual(checksumOf(words));
        },
      ),
    );
  });
});
