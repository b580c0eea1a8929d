import type { DocumentKind } from "../read-document.ts";

/** How much of a text is looked at. */
const SAMPLE_CHARACTERS = 20_000;

const HTML_BLOCK =
  /<\/(?:p|h[1-6]|ul|ol|table|pre|div|section|article|blockquote|main|body|html)\s*>/gi;
const MARKDOWN_LINE = /^(?:#{1,6} |```|~~~|[-*+] |\d{1,9}[.)] |> |\|.*\|)/gm;

/**
 * What a text without a name is written in: HTML when it begins as a page of it or when there are
 * more closed HTML blocks than Markdown lines; Markdown otherwise, of which plain text is a case.
 */
export function textKindOf(text: string): DocumentKind {
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  if (/^\s*<(?:!doctype|html|body|main|article)\b/i.test(sample)) return "html";
  const blocks = sample.match(HTML_BLOCK)?.length ?? 0;
  if (blocks === 0) return "markdown";
  // Code inside an HTML page may well hold lines that look like Markdown.
  const outside = sample.replace(/<pre\b[^]{0,10000}?<\/pre\s*>/gi, "");
  const lines = outside.match(MARKDOWN_LINE)?.length ?? 0;
  return blocks > lines ? "html" : "markdown";
}

/**
 * A body that has no front matter, safe from being read as if it began with some: a rule (`---`)
 * as the first line is one in Markdown, and a brace may begin an example.
 */
export function withoutFrontMatter(body: string): string {
  return /^\uFEFF?(?:---|\+\+\+|\{)/.test(body) ? `\n${body}` : body;
}
