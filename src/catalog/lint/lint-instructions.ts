import { findInstructionLike } from "../../corpus/instruction-like.ts";
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
    let line = 1;
    let at = 0;
    return findInstructionLike(page.markdown).map(({ kind, start, end }): Finding => {
      for (; at < start; at += 1) if (page.markdown.charCodeAt(at) === 10) line += 1;
      const passage = page.markdown.slice(start, Math.min(end, start + MAX_SHOWN));
      const detail = `line ${line}, ${kind}: ${passage.replace(/\s+/g, " ")}`;
      return { kind: "instruction-like", where: page.url, detail };
    });
  });
}
