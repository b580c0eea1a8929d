/** What makes a page hard to find or to follow. */
export type FindingKind =
  | "lost-title"
  | "duplicate-title"
  | "empty-heading"
  | "image-without-alternative"
  | "broken-link"
  | "broken-anchor"
  | "llms-entry"
  | "instruction-like"
  | "unreadable-page";

/** For people: what the findings of a kind are, and what to do about them. */
export const FINDING_HEADINGS: Readonly<Record<FindingKind, string>> = {
  "lost-title":
    "Sections that lose the search for their own title: say in the text what the title promises",
  "duplicate-title": "Titles that several places share: nobody can tell them apart in a list",
  "empty-heading": "Headings without text: there is nothing to find below them",
  "image-without-alternative": "Images without alternative text: what they show cannot be found",
  "broken-link": "Links that lead to no page of the documentation",
  "broken-anchor": "Links to an anchor that the page does not have",
  "llms-entry": "Entries of llms.txt that lead nowhere",
  "instruction-like":
    "Passages that read like instructions to an AI: check who wrote them; assistants get them labelled",
  "unreadable-page": "Pages that could not be read",
};

export interface Finding {
  readonly kind: FindingKind;
  /** URL of the place, or the path of what could not be read. */
  readonly where: string;
  /** One line: what is wrong there. */
  readonly detail: string;
}
