import type { MergeSegments } from "../search/merge-segments.ts";
import type { IndexedCatalog } from "./open-catalog.ts";

/** One of several documentations, and what it is called where it is alone. */
export interface CorpusName {
  /** What its ids begin with. */
  readonly corpus: string;
  readonly title: string;
  /** URL under which its pages are public. Default: that of all of them. */
  readonly baseUrl?: string;
}

/**
 * One documentation of a catalog as if the others had never been in it; ids stay as they are. The
 * work grows with the whole index, most of which `merge` does. Default: here and now.
 */
export function corpusCatalog(
  catalog: IndexedCatalog,
  { corpus, title, baseUrl = catalog.facts.baseUrl }: CorpusName,
  merge?: MergeSegments,
): Promise<IndexedCatalog> {
  const foreign = catalog.pages().flatMap(({ id }) => (id.startsWith(`${corpus}/`) ? [] : [id]));
  const names = { title, ...(baseUrl !== undefined && { baseUrl }) };
  return catalog.without(new Set(foreign), { names, merge });
}
