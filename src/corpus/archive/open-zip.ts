import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import { type Entry, getFileNameLowLevel, openPromise } from "yauzl";
import { DocportError, messageOf } from "../../lib/errors.ts";
import type { FileTree } from "../sources/file-tree.ts";
import { ArchiveEntries, ArchiveTree } from "./archive-tree.ts";

const UNIX_TYPE_MASK = 0o170000;
const UNIX_LINK = 0o120000;
const STORED = 0;
const DEFLATED = 8;
const LOCAL_HEADER_BYTES = 30;
/** Deflated data are never much longer than what they unpack to. */
const DEFLATE_OVERHEAD = 1.01;
const FREE_OVERHEAD_BYTES = 1000;

const inflate = promisify(inflateRaw);

/**
 * Opens a zip archive; its files are unpacked one by one, as they are read. Throws
 * ERR_SOURCE_UNREADABLE when it is broken, ERR_SOURCE_LIMIT when it has too many entries.
 */
export async function openZip(
  path: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<FileTree> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const entries = await readDirectory(path, file, new ArchiveEntries(name), signal);
    const opened = file;
    return new ArchiveTree(name, entries, () => opened.close());
  } catch (cause) {
    await file?.close();
    if (cause instanceof DocportError || signal?.aborted === true) throw cause;
    throw new DocportError(
      "ERR_SOURCE_UNREADABLE",
      `The archive "${name}" cannot be read: ${messageOf(cause)}`,
      { hint: "Pack it again.", cause },
    );
  }
}

async function readDirectory(
  path: string,
  file: FileHandle,
  entries: ArchiveEntries,
  signal: AbortSignal | undefined,
): Promise<ArchiveEntries> {
  // Names are decoded here, since one that leads out must not end the reading of all others.
  const zip = await openPromise(path, {
    lazyEntries: true,
    autoClose: false,
    decodeStrings: false,
  });
  try {
    for await (const entry of zip.eachEntry()) {
      signal?.throwIfAborted();
      entries.count();
      addEntry(entries, file, entry);
    }
  } finally {
    zip.close();
  }
  return entries;
}

function addEntry(entries: ArchiveEntries, file: FileHandle, entry: Entry): void {
  const { generalPurposeBitFlag, fileNameRaw, extraFields, uncompressedSize } = entry;
  const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
  if (name.endsWith("/")) return;
  if (((entry.externalFileAttributes >>> 16) & UNIX_TYPE_MASK) === UNIX_LINK) {
    entries.leaveOut(name, "It is a link, and links in archives are not followed.");
  } else if (entry.isEncrypted()) entries.leaveOut(name, "It is encrypted.");
  else {
    entries.add(name, { sizeBytes: uncompressedSize, read: () => readEntry(file, entry) });
  }
}

/**
 * Unpacks a file in memory, never to more than the directory says. yauzl's own streams are not used:
 * 3.4.0 ends the process when the archive is closed while one that failed still reads ahead.
 */
async function readEntry(file: FileHandle, entry: Entry): Promise<Uint8Array> {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  try {
    if (compressionMethod !== STORED && compressionMethod !== DEFLATED) {
      throw new Error(`it is packed by method ${compressionMethod}`);
    }
    if (compressedSize > uncompressedSize * DEFLATE_OVERHEAD + FREE_OVERHEAD_BYTES) {
      throw new Error("it is longer packed than unpacked");
    }
    const header = await readAt(file, entry.relativeOffsetOfLocalHeader, LOCAL_HEADER_BYTES);
    const start = LOCAL_HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
    const packed = await readAt(file, entry.relativeOffsetOfLocalHeader + start, compressedSize);
    const bytes =
      compressionMethod === STORED
        ? packed
        : await inflate(packed, { maxOutputLength: Math.max(1, uncompressedSize) });
    if (bytes.length !== uncompressedSize) throw new Error("its size is not what it should be");
    if (crc32(bytes) !== entry.crc32) throw new Error("its checksum is not what it should be");
    return bytes;
  } catch (cause) {
    throw new DocportError(
      "ERR_PAGE_UNREADABLE",
      `The file cannot be unpacked: ${messageOf(cause)}.`,
      { cause },
    );
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead < length) throw new Error("the archive ends before it");
  return buffer;
}
