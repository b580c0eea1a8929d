import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import type { ReadDocument } from "./read-document.ts";
import { type FileKind, readFile } from "./read-file.ts";

export interface ParsedDocument {
  readonly document: ReadDocument;
  /** Equal for equal content of one kind. */
  readonly digest: string;
}

export interface ParsedDocumentsOptions {
  /** Characters of all documents that are held as they are. Default 32 million: 32 to 64 MB. */
  readonly maxChars?: number;
  /** Bytes of those that are held packed beside them. Default: two for each of these characters. */
  readonly maxPackedBytes?: number;
  /** Default: {@link readFile}. */
  readonly parse?: typeof readFile;
}

const DEFAULT_MAX_CHARS = 32_000_000;

/**
 * Parsed documents by their content, so that reading a folder again parses only what has changed.
 * What there is no room for is packed: all documents are asked for in turn, so that those which were
 * not asked for longest are those that come next. To unpack one takes a tenth of parsing it. When
 * there is no room for that either, they are parsed again.
 */
export class ParsedDocuments {
  readonly #maxChars: number;
  readonly #maxPackedBytes: number;
  readonly #parse: typeof readFile;
  /** In the order of last use: a `Map` keeps that of insertion. */
  readonly #documents = new Map<string, ReadDocument>();
  #chars = 0;
  /** In the order of last use, too. */
  readonly #packed = new Map<string, Uint8Array>();
  #packedBytes = 0;

  constructor({
    maxChars = DEFAULT_MAX_CHARS,
    maxPackedBytes = 2 * maxChars,
    parse = readFile,
  }: ParsedDocumentsOptions = {}) {
    this.#maxChars = maxChars;
    this.#maxPackedBytes = maxPackedBytes;
    this.#parse = parse;
  }

  /** As `readFile`, which is asked for what is not kept. Rejects like it. */
  async read(bytes: Uint8Array, kind: FileKind): Promise<ParsedDocument> {
    const digest = createHash("sha256").update(kind).update("\0").update(bytes).digest("base64url");
    const kept = this.#documents.get(digest) ?? this.#unpack(digest);
    const document = kept ?? (await this.#parse(bytes, kind));
    // Another load may have come first meanwhile.
    if (!this.#documents.delete(digest)) this.#chars += sizeOf(document);
    this.#documents.set(digest, document);
    this.#forget();
    return { document, digest };
  }

  #forget(): void {
    for (const [digest, document] of this.#documents) {
      if (this.#chars <= this.#maxChars) return;
      this.#documents.delete(digest);
      this.#chars -= sizeOf(document);
      this.#pack(digest, document);
    }
  }

  #pack(digest: string, document: ReadDocument): void {
    if (this.#maxPackedBytes === 0 || this.#packed.has(digest)) return;
    const packed = deflateRawSync(JSON.stringify(document), { level: 1 });
    this.#packed.set(digest, packed);
    this.#packedBytes += packed.byteLength;
    for (const [oldest, { byteLength }] of this.#packed) {
      if (this.#packedBytes <= this.#maxPackedBytes) return;
      this.#packed.delete(oldest);
      this.#packedBytes -= byteLength;
    }
  }

  #unpack(digest: string): ReadDocument | undefined {
    const packed = this.#packed.get(digest);
    if (!packed) return undefined;
    this.#packed.delete(digest);
    this.#packed.set(digest, packed);
    const document: ReadDocument = JSON.parse(inflateRawSync(packed).toString("utf8"));
    return document;
  }
}

/** The text of a section is there as Markdown and as words. */
function sizeOf({ markdown }: ReadDocument): number {
  return 2 * markdown.length;
}
