import type { IndexedCatalog } from "./open-catalog.ts";

/** Ids of pages that are not what they were. */
export interface CatalogChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** What became of a catalog: pages are compared as they are stored, in all that they hold. */
export function compareCatalogs(before: IndexedCatalog, after: IndexedCatalog): CatalogChanges {
  const idsAfter = after.index.groupIds();
  const staying = new Set(idsAfter);
  const added: string[] = [];
  const changed: string[] = [];
  for (const id of idsAfter) {
    const [was, is] = [before.index.storedGroup(id), after.index.storedGroup(id)];
    if (!was) added.push(id);
    else if (is && Buffer.compare(was, is) !== 0) changed.push(id);
  }
  const removed = before.index.groupIds().filter((id) => !staying.has(id));
  return { added, changed, removed };
}

/**
 * Whether two catalogs give the same answers to everything: the same pages under the same settings,
 * with the same vectors. When they were built does not count.
 */
export function areSameCatalogs(one: IndexedCatalog, other: IndexedCatalog): boolean {
  if (one === other) return true;
  if (one.revision !== other.revision) return false;
  const [before, after] = [one.index.vectors, other.index.vectors];
  if (!before || !after) return before === after;
  return (
    before.model === after.model &&
    sameBytes(before.components, after.components) &&
    sameBytes(before.scales, after.scales)
  );
}

function sameBytes(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return bytesOf(one).equals(bytesOf(other));
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
