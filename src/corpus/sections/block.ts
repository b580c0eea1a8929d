/** A block of the top level of a page: a paragraph, a list, a table, a heading. */
export interface Block {
  /** Its own Markdown, without a line end at its end. */
  readonly markdown: string;
  /** What stands between it and the next block: one line feed or two. */
  readonly separator: "\n" | "\n\n";
  /** Present when it is a heading. */
  readonly heading?: BlockHeading;
  /** Prose in it, markup removed; "" for a heading. */
  readonly text: string;
  /** Contents of the code blocks in it. */
  readonly code: readonly string[];
}

export interface BlockHeading {
  readonly level: number;
  readonly title: string;
  /** The id that the author gave it. */
  readonly anchor: string | undefined;
}

/** What reading the blocks of a page gives besides. */
export interface BlockList {
  readonly blocks: readonly Block[];
  /** Targets of links in order of appearance; at most 5,000, none over 2,000 characters. */
  readonly links: readonly string[];
}
