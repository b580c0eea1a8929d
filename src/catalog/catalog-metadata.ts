import { DocportError } from "../lib/errors.ts";
import type { SectionContent } from "../search/file/sections.ts";
import { encodeJson, type StoredFacts } from "./stored-json.ts";

/**
 * The index file's metadata: a little-endian length, the facts, then the list of pages. They are
 * apart because the facts are read at every start and the list only when somebody asks for it.
 */
export function packMetadata(facts: StoredFacts, pages: SectionContent): SectionContent {
  const factsBytes = encodeJson(facts);
  const head = new Uint8Array(4 + factsBytes.length);
  new DataView(head.buffer).setUint32(0, factsBytes.length, true);
  head.set(factsBytes, 4);
  return {
    byteLength: head.length + pages.byteLength,
    *chunks() {
      yield head;
      yield* pages.chunks();
    },
  };
}

export function unpackMetadata(packed: Uint8Array): {
  readonly facts: Uint8Array;
  readonly pages: Uint8Array;
} {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const length = packed.length < 4 ? Number.POSITIVE_INFINITY : view.getUint32(0, true);
  if (4 + length > packed.length) {
    throw new DocportError("ERR_INDEX_CORRUPT", "index file: its metadata is cut short", {
      hint: "Build the index again with `docport index`.",
    });
  }
  return { facts: packed.subarray(4, 4 + length), pages: packed.subarray(4 + length) };
}
