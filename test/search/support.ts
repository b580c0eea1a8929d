import type { Scratch } from "../../src/search/build/tape.ts";
import { IndexBuilder } from "../../src/search/index-builder.ts";
import type { IndexDocument } from "../../src/search/index-document.ts";
import { SearchIndex } from "../../src/search/search-index.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A document with nothing in it but what is given; its page is the id up to `#`. */
export function document(id: string, fields: Partial<IndexDocument> = {}): IndexDocument {
  return {
    id,
    group: id.split("#", 1)[0] ?? id,
    language: "en",
    section: "",
    title: "",
    headings: [],
    text: "",
    code: "",
    stored: encode(id),
    ...fields,
  };
}

export function buildFile(
  documents: readonly IndexDocument[],
  options: { readonly groups?: readonly string[]; readonly metadata?: string } = {},
): Uint8Array {
  const builder = new IndexBuilder();
  for (const each of documents) builder.add(each);
  for (const id of options.groups ?? []) builder.addGroup({ id, stored: encode(id) });
  return builder.finish(encode(options.metadata ?? ""));
}

export function indexOf(documents: readonly IndexDocument[]): SearchIndex {
  return SearchIndex.open(buildFile(documents));
}

/** Ids of the hits for a query, the best first. */
export function idsOf(index: SearchIndex, query: string, language?: string): string[] {
  return index.search(query, language === undefined ? {} : { language }).hits.map(({ id }) => id);
}

/** What is put away, in memory. */
export class MemoryScratch implements Scratch {
  #bytes: Uint8Array = new Uint8Array(0);

  get length(): number {
    return this.#bytes.length;
  }

  append(bytes: Uint8Array): number {
    const position = this.#bytes.length;
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    return position;
  }

  read(position: number, target: Uint8Array): void {
    if (position + target.length > this.#bytes.length)
      throw new RangeError(`nothing at ${position}`);
    target.set(this.#bytes.subarray(position, position + target.length));
  }
}
