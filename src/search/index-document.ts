/** What goes into the index: one section of a page, in the engine's own terms. */
export interface IndexDocument {
  /** Unique in the index; comes back with a hit. */
  readonly id: string;
  /** Documents of one group (the sections of one page) are ranked together. */
  readonly group: string;
  /** Groups with the same key are one page in several languages. */
  readonly translationKey?: string;
  /** BCP 47 in lower case; chooses the analysis. "" means unknown: it is detected. */
  readonly language: string;
  readonly version?: string;
  /** Path-like id of the part of the documentation it is in (`guide/install`); filters by prefix. */
  readonly section: string;
  /** Field "title": the section's own heading. */
  readonly title: string;
  /** Field "headings": the headings above it, the page's title first. */
  readonly headings: readonly string[];
  /** Field "text": prose. */
  readonly text: string;
  /** Field "code": contents of code blocks. */
  readonly code: string;
  /** Bytes that the caller wants back with the document (JSON, Markdown); opaque to the engine. */
  readonly stored: Uint8Array;
}

/** What is kept beside the documents: one a group, for callers that serve whole pages. */
export interface IndexGroup {
  readonly id: string;
  /** Opaque to the engine. */
  readonly stored: Uint8Array;
}
