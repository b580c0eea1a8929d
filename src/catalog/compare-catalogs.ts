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
