import type { ReadDocument } from "../read-document.ts";
import { isValues, textsAt } from "../site/values.ts";
import type { SourceCache } from "../source.ts";

/**
 * Documents by the digest of the file that they were read from, so that a file is parsed again only
 * when its content has changed. Without a cache it holds nothing.
 */
export class DocumentCache {
  readonly #cache: SourceCache | undefined;
  readonly #scope: string;
  readonly #used = new Set<string>();

  /** @param scope of the documents, where one cache serves several trees of files */
  constructor(cache: SourceCache | undefined, scope: string) {
    this.#cache = cache;
    this.#scope = scope;
  }

  async get(digest: string, kind: string): Promise<ReadDocument | undefined> {
    const key = this.#key(digest, kind);
    const stored = await this.#cache?.get(key);
    if (!isValues(stored) || stored["version"] !== this.#cache?.version) return undefined;
    const document = stored["document"];
    return isDocument(document) ? document : undefined;
  }

  async put(digest: string, kind: string, document: ReadDocument): Promise<void> {
    const key = this.#key(digest, kind);
    await this.#cache?.put(key, { version: this.#cache.version, document });
  }

  /** Forgets the documents that the load before this one used and this one did not. */
  async finish(): Promise<void> {
    const index = `documents:${this.#scope}`;
    const stored = await this.#cache?.get(index);
    for (const key of isValues(stored) ? textsAt(stored, "keys") : []) {
      if (!this.#used.has(key)) await this.#cache?.delete(key);
    }
    await this.#cache?.put(index, { keys: [...this.#used] });
  }

  #key(digest: string, kind: string): string {
    const key = `document:${this.#scope}:${kind}:${digest}`;
    this.#used.add(key);
    return key;
  }
}

function isDocument(value: unknown): value is ReadDocument {
  return (
    isValues(value) &&
    typeof value["markdown"] === "string" &&
    Array.isArray(value["sections"]) &&
    Array.isArray(value["links"]) &&
    isValues(value["frontMatter"])
  );
}
