import type { JudgedQuery } from "../../search/eval/beir.ts";

/** Where a question comes from: a person, or the documentation's own words for a place. */
export type QuestionOrigin = "golden" | "title" | "heading" | "link" | "anchor";

/** A question to a catalog. What is judged are page ids, or section ids, as `level` says. */
export interface CatalogQuestion extends JudgedQuery {
  readonly origin: QuestionOrigin;
  /**
   * "page": any section of a right page is a right answer. "section": only the right section is.
   */
  readonly level: "page" | "section";
  /** Of the right answer; the question is asked in it. */
  readonly language: string;
  /** Path part by which the report groups: the first of the page's id below the language. */
  readonly part: string;
}

/** First path part of a page id, below its language: translations of one part are one part. */
export function partOf(pageId: string, language: string): string {
  const parts = pageId.split("/");
  return (parts[0] === language && parts.length > 1 ? parts[1] : parts[0]) ?? pageId;
}
