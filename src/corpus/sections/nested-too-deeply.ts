import { DocportError } from "../../lib/errors.ts";

/** The ERR_PAGE_UNREADABLE for a page whose nodes or elements are deeper than the bound. */
export function nestedTooDeeply(maxDepth: number): DocportError {
  return new DocportError(
    "ERR_PAGE_UNREADABLE",
    `it is nested deeper than ${maxDepth} levels (quotes, lists, emphasis or elements)`,
    { hint: "Flatten the page, or leave it out of the source." },
  );
}
