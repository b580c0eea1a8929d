import { createHash } from "node:crypto";
import type { Page } from "../corpus/page.ts";
import type { SourceItem } from "../corpus/source.ts";
import type { IndexedCatalog } from "./open-catalog.ts";

/** What is remembered of a page, so that a later reading can tell whether it is the same. */
export interface KeptPage {
  /** In its source. */
  readonly sourceId: string;
  /** In the catalog, where two sources may each have had an `index`. */
  readonly id: string;
  /** Equal for equal pages; "" for one that has to be indexed again whatever it is. */
  readonly fingerprint: string;
}

/** A catalog with the pages that it was made of, by source and in their order. */
export interface KeptCatalog {
  readonly catalog: IndexedCatalog;
  readonly sources: readonly (readonly KeptPage[])[];
}

/** The source's own fingerprint of a page, or one over all that the page holds. */
export function fingerprintOf(item: Extract<SourceItem, { readonly kind: "page" }>): string {
  return item.fingerprint ?? digestOf(item.page);
}

function digestOf(page: Page): string {
  return createHash("sha256").update(JSON.stringify(page)).digest("base64url");
}
