import { createHash } from "node:crypto";
import type { ReadDocument } from "./read-document.ts";
import { type FileKind, readFile } from "./read-file.ts";

export interface ParsedDocument {
  readonly document: ReadDocument;
  /** Equal for equal content of one kind. */
  readonly digest: string;
}

/** Characters of all documents that are kept; text takes one or two bytes a character. */
const DEFAULT_MAX_CHARS = 32_000_000;

/**
 * Parsed documents by their content, so that reading a folder again parses only what has changed.
 * When there is more than fits, those that were not asked for longest are parsed again.
 */
export class ParsedDocuments {
  readonly #maxChars: number;
  /** In the order of last use: a `Map` keeps that of insertion. */
  readonly #documents = new Map<string, ReadDocument>();
  #chars = 0;

  constructor(maxChars: number = DEFAULT_MAX_CHARS) {
    this.#maxChars = maxChars;
  }

  /** As `readFile`, which is asked for what is not kept. Rejects like it. */
  async read(bytes: Uint8Array, kind: FileKind): Promise<ParsedDocument> {
    const digest = createHash("sha256").update(kind).update("\0").update(bytes).digest("base64url");
    const kept = this.#documents.get(digest);
    const document = kept ?? (await readFile(bytes, kind));
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
    }
  }
}

/** The text of a section is there as Markdown and as words. */
function sizeOf({ markdown }: ReadDocument): number {
  return 2 * markdown.length;
}
