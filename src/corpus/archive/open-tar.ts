import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { createTarDecoder, type ParsedTarEntry } from "modern-tar";
import { DocportError, messageOf } from "../../lib/errors.ts";
import type { FileTree } from "../sources/file-tree.ts";
import { ArchiveEntries, ArchiveTree, MAX_DOCUMENT_BYTES, tooMuch } from "./archive-tree.ts";

/** Of everything in the archive, pictures and all: what is unpacked only to be passed over. */
const MAX_UNPACKED_BYTES = 8_000_000_000;
const READ_BYTES = 1 << 18;

export interface TarSettings {
  /** Files that may be asked for; the contents of the others are passed over. */
  readonly keeps: (name: string) => boolean;
  readonly maxFileBytes: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens a tar archive, compressed by gzip or not. It can only be read from its beginning to its end,
 * so the files that are kept are in memory. Throws ERR_SOURCE_UNREADABLE when it is broken,
 * ERR_SOURCE_LIMIT when it has too many entries or unpacks to too much.
 */
export async function openTar(
  path: string,
  name: string,
  settings: TarSettings,
): Promise<FileTree> {
  const { signal } = settings;
  const entries = new ArchiveEntries(name);
  const decoder = createTarDecoder({ strict: true });
  const end = new AbortController();
  let unpackedBytes = 0;
  const bounded = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      unpackedBytes += chunk.length;
      if (unpackedBytes > MAX_UNPACKED_BYTES) throw tooMuch(name);
      yield chunk;
    }
  };
  try {
    const file = createReadStream(path, { highWaterMark: READ_BYTES });
    const options = { signal: signal ? AbortSignal.any([signal, end.signal]) : end.signal };
    const sink = Writable.fromWeb(decoder.writable);
    const packed = (await isGzip(path))
      ? pipeline(file, createGunzip({ chunkSize: READ_BYTES }), bounded, sink, options)
      : pipeline(file, bounded, sink, options);
    await Promise.all([packed, readEntries(decoder.readable, entries, settings)]);
  } catch (cause) {
    if (cause instanceof DocportError || signal?.aborted === true) throw cause;
    throw new DocportError(
      "ERR_SOURCE_UNREADABLE",
      `The archive "${name}" cannot be read: ${messageOf(cause)}`,
      { hint: "Pack it again.", cause },
    );
  } finally {
    end.abort();
  }
  return new ArchiveTree(name, entries, async () => {});
}

async function readEntries(
  readable: ReadableStream<ParsedTarEntry>,
  entries: ArchiveEntries,
  { keeps, maxFileBytes }: TarSettings,
): Promise<void> {
  let keptBytes = 0;
  for await (const { header, body } of readable) {
    entries.count();
    const { name, size, type } = header;
    if (type === "symlink" || type === "link") {
      entries.leaveOut(name, "It is a link, and links in archives are not followed.");
    }
    if (type !== "file" || !keeps(name) || size > maxFileBytes) {
      await body.cancel();
      if (type === "file") entries.add(name, { sizeBytes: size, read: passedOver });
      continue;
    }
    keptBytes += size;
    if (keptBytes > MAX_DOCUMENT_BYTES) throw tooMuch("the archive");
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    entries.add(name, { sizeBytes: bytes.length, read: async () => bytes });
  }
}

async function passedOver(): Promise<Uint8Array> {
  throw new DocportError("ERR_PAGE_UNREADABLE", "The file cannot be read: it was passed over.");
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
