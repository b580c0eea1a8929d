/** The parts of a page, as every source gives them and everything above the corpus reads them. */

/**
 * A stretch of a page from one heading to the next: the unit that is searched and fetched.
 * The first section of a page is its lead (everything before the first heading below the title);
 * its `id` is the page's id, its `anchor` is "", and it may be empty of text.
 */
export interface Section {
  /** Stable and readable: `guide/install#linux`, or the page's id for the lead. Unique. */
  readonly id: string;
  /** The heading's fragment on the public page, without `#`; "" for the lead. */
  readonly anchor: string;
  /** Text of the heading, markup removed; the page's title for the lead. */
  readonly title: string;
  /** Titles from the page's down to the section's own (so at least one). */
  readonly headingPath: readonly string[];
  /** Absolute or root-relative public URL, with the anchor. */
  readonly url: string;
  /** 1-6, the heading's rank; 0 for the lead. */
  readonly level: number;
  /**
   * The section's own slice of the page's Markdown, its heading line included. The slices of all
   * sections, joined with nothing between them, are the page's `markdown`, byte for byte.
   */
  readonly markdown: string;
  /** Prose as plain text: no heading, no code blocks, no markup. Inline code stays. */
  readonly text: string;
  /** Contents of the code blocks, joined by line feeds. */
  readonly code: string;
}

export interface Page {
  /** Stable and readable, made from the public path: `guide/install`. Unique in the corpus. */
  readonly id: string;
  readonly title: string;
  /** The author's own summary, when there is one. */
  readonly description?: string;
  /** Canonical public URL; root-relative (`/guide/install/`) when no base URL is known. */
  readonly url: string;
  /** Other URLs that lead to the page (Hugo `aliases`, redirects); same form as `url`. */
  readonly aliases: readonly string[];
  /** BCP 47 in lower case: `en`, `pt-br`, `zh-hant`. */
  readonly language: string;
  readonly version?: string;
  /** Equal on all translations of one page; absent when it has none. */
  readonly translationKey?: string;
  /** Where it came from, for messages: a path below the source, or a URL. */
  readonly path: string;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt?: number;
  /** Revision of the source that it was read from (a commit, an ETag). */
  readonly revision?: string;
  /** The whole page as clean Markdown, front matter removed. */
  readonly markdown: string;
  readonly sections: readonly Section[];
}

/** Something that could not be read. The rest of the corpus is served all the same. */
export interface Problem {
  /** Path below the source, or URL. */
  readonly path: string;
  /** One sentence: what was expected, what came. */
  readonly reason: string;
  /** Something is served in its place: what an earlier load read. Default false. */
  readonly isServed?: boolean;
  /** It is the source as a whole that does not answer; what it had is served. Default false. */
  readonly isOutage?: boolean;
  /** The server wants not to be asked before this; milliseconds since the Unix epoch. */
  readonly askAgainAt?: number;
}
