import { DocportError } from "../lib/errors.ts";
import { encodeJson, type StoredFacts, type StoredSummary } from "./stored-json.ts";

/**
 * The index file's metadata: a little-endian length, the facts, then the list of pages. They are
 * apart because the facts are read at every start and the list only when somebody asks for it.
 */
export function packMetadata(facts: StoredFacts, pages: readonly StoredSummary[]): Uint8Array {
  const factsBytes = encodeJson(facts);
  const pagesBytes = encodeJson({ pages });
  const packed = new Uint8Array(4 + factsBytes.length + pagesBytes.length);
  new DataView(packed.buffer).setUint32(0, factsBytes.length, true);
  packed.set(factsBytes, 4);
  packed.set(pagesBytes, 4 + factsBytes.length);
  return packed;
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
