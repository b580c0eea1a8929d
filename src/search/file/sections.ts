import { DocportError } from "../../lib/errors.ts";
import { checksumOf, checksumText } from "./checksum.ts";

/**
 * The container of an index file: a header of 64 bytes, the contents of the sections, each on a
 * multiple of 8, and a table that names them. All numbers are little-endian.
 *
 *     0  magic          8 bytes
 *     8  version        uint32
 *    12  file length    uint32, bytes
 *    16  checksum       16 bytes, of everything from byte 32 on
 *    32  table offset   uint32, bytes
 *    36  table entries  uint32, each 4 x uint32: part, kind, offset, length in bytes
 *    40  zeros to 64
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
export const FILE_VERSION = 2;
const HEADER_BYTES = 64;
const CHECKED_FROM = 32;
const ENTRY_WORDS = 4;
const MAX_FILE_BYTES = 0xffff_fff0;
/** Far more than an index has; bounds the work that a table from outside can ask for. */
const MAX_ENTRIES = 1 << 16;

/** A section's content: bytes, or something that can write them. */
export interface SectionContent {
  readonly byteLength: number;
  copyTo(target: Uint8Array, at: number): void;
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
  return {
    byteLength: bytes.length,
    copyTo: (target, at) => target.set(bytes, at),
  };
}

/** Lays the sections out in one file. Throws ERR_INDEX_LIMIT when they are more than 4 GiB. */
export function writeSections(sections: readonly FileSection[]): Uint8Array {
  let end = HEADER_BYTES;
  const table = new Uint32Array(sections.length * ENTRY_WORDS);
  for (const [index, { part, kind, content }] of sections.entries()) {
    table.set([part, kind, end, content.byteLength], index * ENTRY_WORDS);
    end = align(end + content.byteLength);
  }
  const tableOffset = end;
  // A multiple of 16, so that the checksum reads whole groups of four words.
  const length = Math.ceil((tableOffset + table.byteLength) / 16) * 16;
  if (length > MAX_FILE_BYTES) {
    throw new DocportError(
      "ERR_INDEX_LIMIT",
      `The index would be ${length} bytes; 4 GiB is the most.`,
      {
        hint: "Split the documentation into several servers.",
      },
    );
  }
  const file = new Uint8Array(length);
  for (const [index, { content }] of sections.entries()) {
    content.copyTo(file, table[index * ENTRY_WORDS + 2]!);
  }
  file.set(new Uint8Array(table.buffer), tableOffset);
  file.set(INDEX_MAGIC, 0);
  const header = new Uint32Array(file.buffer, 0, HEADER_BYTES / 4);
  header.set([FILE_VERSION, length], 2);
  header.set([tableOffset, sections.length], CHECKED_FROM / 4);
  header.set(Uint32Array.from(checksumOf(checkedWords(file))), 4);
  return file;
}

export interface OpenFile {
  /** The checksum in hex: equal for equal content. */
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
  const [version, length] = [header[2]!, header[3]!];
  if (version !== FILE_VERSION) {
    throw new DocportError(
      "ERR_INDEX_VERSION",
      `The index file is of version ${version}, and this program reads version ${FILE_VERSION}.`,
      { hint: "Build the index again." },
    );
  }
  if (file.length < length) throw truncated(file.length, `${length}`);
  if (file.length > length || length % 16 !== 0 || length < HEADER_BYTES) {
    throw corrupt(`its header says ${length} bytes, and it has ${file.length}`);
  }
  const checksum = checksumOf(checkedWords(file));
  if (checksum.some((word, index) => word >>> 0 !== header[4 + index])) {
    throw corrupt("its checksum does not match its content");
  }
  const sections = readTable(file, header[8]!, header[9]!);
  return {
    revision: checksumText(checksum),
    section: (part, kind) => sections.get(keyOf(part, kind)),
    partCount: Math.max(0, ...[...sections.keys()].map((key) => Math.floor(key / 256) + 1)),
  };
}

function readTable(file: Uint8Array, offset: number, entries: number): Map<number, Uint8Array> {
  if (entries > MAX_ENTRIES || offset % 8 !== 0 || offset + entries * 16 > file.length) {
    throw corrupt("its table of sections lies outside of it");
  }
  const table = new Uint32Array(file.buffer, file.byteOffset + offset, entries * ENTRY_WORDS);
  const sections = new Map<number, Uint8Array>();
  for (let at = 0; at < table.length; at += ENTRY_WORDS) {
    const [part, kind, start, length] = [
      table[at]!,
      table[at + 1]!,
      table[at + 2]!,
      table[at + 3]!,
    ];
    const key = keyOf(part, kind);
    if (
      part >= MAX_ENTRIES ||
      kind > 255 ||
      start % 8 !== 0 ||
      start + length > offset ||
      sections.has(key)
    ) {
      throw corrupt(`its section ${part}/${kind} is not where one can be`);
    }
    sections.set(key, file.subarray(start, start + length));
  }
  return sections;
}

function keyOf(part: number, kind: number): number {
  return part * 256 + kind;
}

function checkedWords(file: Uint8Array): Int32Array {
  const start = file.byteOffset + CHECKED_FROM;
  return new Int32Array(file.buffer, start, (file.length - CHECKED_FROM) >>> 2);
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
