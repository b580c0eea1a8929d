import { crc32 } from "node:zlib";
import { DocportError } from "../../lib/errors.ts";
import { checksumOf, checksumText } from "./checksum.ts";

/**
 * The container of an index file: a header of 32 bytes, the contents of the sections, each on a
 * multiple of 8, and behind them a table that names them. All numbers are little-endian.
 *
 *     0  magic          8 bytes
 *     8  version        uint32
 *    12  file length    uint32, bytes
 *    16  table offset   uint32, bytes
 *    20  table entries  uint32
 *    24  zeros to 32
 *
 * An entry is 5 x uint32: part, kind, offset, length in bytes, CRC-32 of the section and the zeros
 * up to the next multiple of 8. The file ends with the CRC-32 of header and table. So a file can be
 * written from its beginning to its end by who knows no more of it than the lengths.
 */
/** The first bytes of every index file: `DOCPIDX` and a line feed. */
export const INDEX_MAGIC: Uint8Array = Uint8Array.of(
  0x44,
  0x4f,
  0x43,
  0x50,
  0x49,
  0x44,
  0x58,
  0x0a,
);
/** Goes up whenever the meaning of any byte changes, scoring constants included. */
export const FILE_VERSION = 4;
const HEADER_BYTES = 32;
const ENTRY_WORDS = 5;
const CHECKSUM_BYTES = 4;
const MAX_FILE_BYTES = 0xffff_fff0;
/** Far more than an index has; bounds the work that a table from outside can ask for. */
const MAX_ENTRIES = 1 << 16;
const PADDING = new Uint8Array(8);

/** A section's content: bytes, or something that can give them, more than once. */
export interface SectionContent {
  readonly byteLength: number;
  /** All bytes in order; each piece is good until the next one is asked for. */
  chunks(): Iterable<Uint8Array>;
}

export interface FileSection {
  /** Which segment it belongs to; 0 is the file as a whole. */
  readonly part: number;
  readonly kind: number;
  readonly content: SectionContent;
}

/** The bytes of a typed array as a section. */
export function contentOf(array: ArrayBufferView): SectionContent {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  return { byteLength: bytes.length, chunks: () => [bytes] };
}

/** The bytes of a content in one piece. */
export function bytesOf(content: SectionContent): Uint8Array {
  const bytes = new Uint8Array(content.byteLength);
  let at = 0;
  for (const chunk of content.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Lays the sections out in one file. Throws ERR_INDEX_LIMIT when they are more than 4 GiB. */
export function layOutSections(sections: readonly FileSection[]): SectionContent {
  const starts: number[] = [];
  let end = HEADER_BYTES;
  for (const { content } of sections) {
    starts.push(end);
    end = align(end + content.byteLength);
  }
  const byteLength = end + sections.length * ENTRY_WORDS * 4 + CHECKSUM_BYTES;
  if (byteLength > MAX_FILE_BYTES) {
    throw new DocportError(
      "ERR_INDEX_LIMIT",
      `The index would be ${byteLength} bytes; 4 GiB is the most.`,
      {
        hint: "Split the documentation into several servers.",
      },
    );
  }
  return { byteLength, chunks: () => chunksOf(sections, starts, byteLength) };
}

function* chunksOf(
  sections: readonly FileSection[],
  starts: readonly number[],
  byteLength: number,
): Generator<Uint8Array> {
  const entries = sections.length * ENTRY_WORDS;
  const tableBytes = entries * 4 + CHECKSUM_BYTES;
  const header = new Uint8Array(HEADER_BYTES);
  header.set(INDEX_MAGIC);
  const fields = [FILE_VERSION, byteLength, byteLength - tableBytes, sections.length];
  new Uint32Array(header.buffer).set(fields, 2);
  yield header;
  const table = new Uint32Array(entries + 1);
  for (const [index, { part, kind, content }] of sections.entries()) {
    let checksum = 0;
    for (const chunk of content.chunks()) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    const padding = PADDING.subarray(0, align(content.byteLength) - content.byteLength);
    if (padding.length > 0) yield padding;
    const entry = [part, kind, starts[index]!, content.byteLength, crc32(padding, checksum)];
    table.set(entry, index * ENTRY_WORDS);
  }
  table[entries] = crc32(bytesOf(contentOf(table.subarray(0, entries))), crc32(header));
  yield new Uint8Array(table.buffer);
}

/** The file of some sections in one piece; see {@link layOutSections}. */
export function writeSections(sections: readonly FileSection[]): Uint8Array {
  return bytesOf(layOutSections(sections));
}

export interface OpenFile {
  /** A checksum of the whole in hex: equal for equal content. */
  readonly revision: string;
  /** The bytes of a section, on a multiple of 8; undefined when there is none. */
  section(part: number, kind: number): Uint8Array | undefined;
  /** One more than the highest part. */
  readonly partCount: number;
}

/**
 * Checks a file as a whole and finds its sections. Throws ERR_INDEX_VERSION for another version,
 * ERR_INDEX_TRUNCATED when bytes are missing, and ERR_INDEX_CORRUPT for everything else that no
 * writer writes.
 */
export function openSections(bytes: Uint8Array): OpenFile {
  const isIndex = INDEX_MAGIC.every(
    (byte, index) => index >= bytes.length || bytes[index] === byte,
  );
  if (!isIndex) throw corrupt("it does not begin like an index file");
  if (bytes.length < HEADER_BYTES) throw truncated(bytes.length, `${HEADER_BYTES} for the header`);
  // Views need alignment, which a slice of a pooled buffer may lack.
  const file = bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
  const header = new Uint32Array(file.buffer, file.byteOffset, HEADER_BYTES / 4);
  const [version, length, tableOffset, entries] = header.subarray(2);
  if (version !== FILE_VERSION) {
    throw new DocportError(
      "ERR_INDEX_VERSION",
      `The index file is of version ${version}, and this program reads version ${FILE_VERSION}.`,
      { hint: "Build the index again." },
    );
  }
  if (file.length < length!) throw truncated(file.length, `${length}`);
  if (file.length > length!) {
    throw corrupt(`its header says ${length} bytes, and it has ${file.length}`);
  }
  const table = readTable(file, tableOffset!, entries!);
  const sections = readSections(file, table, tableOffset!);
  // Of every section it has the place, the length and the checksum.
  const words = new Int32Array(Math.ceil(table.length / 4) * 4);
  words.set(table);
  return {
    revision: checksumText(checksumOf(words)),
    section: (part, kind) => sections.get(keyOf(part, kind)),
    partCount: Math.max(0, ...[...sections.keys()].map((key) => Math.floor(key / 256) + 1)),
  };
}

/** The table, its own checksum checked. */
function readTable(file: Uint8Array, offset: number, entries: number): Uint32Array {
  const end = offset + entries * ENTRY_WORDS * 4;
  if (entries > MAX_ENTRIES || offset % 8 !== 0 || end + CHECKSUM_BYTES !== file.length) {
    throw corrupt("its table of sections is not where one can be");
  }
  const all = new Uint32Array(file.buffer, file.byteOffset + offset, entries * ENTRY_WORDS + 1);
  const header = crc32(file.subarray(0, HEADER_BYTES));
  if (crc32(file.subarray(offset, end), header) !== all.at(-1)) {
    throw corrupt("its checksum does not match its content");
  }
  return all.subarray(0, -1);
}

function readSections(
  file: Uint8Array,
  table: Uint32Array,
  end: number,
): ReadonlyMap<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  for (let at = 0; at < table.length; at += ENTRY_WORDS) {
    const [part, kind, start, length, checksum] = table.subarray(at, at + ENTRY_WORDS);
    const key = keyOf(part!, kind!);
    const paddedEnd = align(start! + length!);
    if (
      part! >= MAX_ENTRIES ||
      kind! > 255 ||
      start! % 8 !== 0 ||
      paddedEnd > end ||
      sections.has(key)
    ) {
      throw corrupt(`its section ${part}/${kind} is not where one can be`);
    }
    if (crc32(file.subarray(start, paddedEnd)) !== checksum) {
      throw corrupt("its checksum does not match its content");
    }
    sections.set(key, file.subarray(start, start! + length!));
  }
  return sections;
}

function keyOf(part: number, kind: number): number {
  return part * 256 + kind;
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

/** The one error for a file that no writer wrote. */
export function corrupt(reason: string): DocportError {
  return new DocportError("ERR_INDEX_CORRUPT", `The index file is damaged: ${reason}.`, {
    hint: "Build the index again.",
  });
}

function truncated(length: number, expected: string): DocportError {
  return new DocportError(
    "ERR_INDEX_TRUNCATED",
    `The index file is cut short: it has ${length} bytes of ${expected}.`,
    { hint: "Copy or build it again." },
  );
}
