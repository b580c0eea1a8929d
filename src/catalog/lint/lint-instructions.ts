import { findInstructionLike, type InstructionLike } from "../../corpus/instruction-like.ts";
import type { Catalog } from "../catalog.ts";
import type { Finding } from "./finding.ts";

/** Longest part of a passage that is shown. */
const MAX_SHOWN = 100;

/**
 * Passages that speak to the model that reads the page. The line is that of the page's text, without
 * its front matter.
 */
export function lintInstructions(catalog: Catalog): Finding[] {
  return catalog.pages().flatMap(({ id }) => {
    const page = catalog.page(id);
    if (!page) return [];
    const { url, markdown, title, description = "" } = page;
    let line = 1;
    let at = 0;
    const linesOf = ({ start }: InstructionLike): string => {
      for (; at < start; at += 1) if (markdown.charCodeAt(at) === 10) line += 1;
      return `line ${line}`;
    };
    return [
      // A title that is the page's first heading is in the text as well.
      ...(markdown.includes(title) ? [] : findingsIn(url, title, () => "title")),
      ...findingsIn(url, description, () => "description"),
      ...findingsIn(url, markdown, linesOf),
    ];
  });
}

function findingsIn(
  where: string,
  text: string,
  place: (passage: InstructionLike) => string,
): Finding[] {
  return findInstructionLike(text).map((passage): Finding => {
    const { kind, start, end } = passage;
    const shown = text.slice(start, Math.min(end, start + MAX_SHOWN)).replace(/\s+/g, " ");
    return { kind: "instruction-like", where, detail: `${place(passage)}, ${kind}: ${shown}` };
  });
}
