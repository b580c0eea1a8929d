import { readConverted } from "../html/read-converted.ts";
import type { DocumentBlocks } from "../read-document.ts";
import { RstBlockParser } from "./rst-block-parser.ts";
import { toLines } from "./rst-lines.ts";
import { collectNames } from "./rst-names.ts";

/**
 * A page of reStructuredText, with the directives and roles of Sphinx. Headings have the ids that
 * docutils gives them, or the label before them; descriptions of functions, classes and options are
 * sections with Sphinx's anchors. No other file is read. Expects line feeds as line ends. Throws
 * ERR_PAGE_UNREADABLE when it is nested deeper than `maxDepth`.
 * https://docutils.sourceforge.io/docs/ref/rst/restructuredtext.html
 */
export function readRst(text: string, maxDepth: number): DocumentBlocks {
  const lines = toLines(text);
  const parser = new RstBlockParser(collectNames(lines), maxDepth);
  return readConverted(parser.parse(lines, 0), maxDepth);
}
