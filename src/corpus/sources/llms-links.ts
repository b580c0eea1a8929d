/** One link of an `llms.txt`. */
export interface LlmsLink {
  readonly title: string;
  readonly url: string;
  /** What the file says about the page. */
  readonly description: string | undefined;
}

const MAX_LINE = 4000;
// `- [Title](https://example.org/page.md "tooltip"): What it is about`
const LINK =
  /^\s*(?:(?:[-*+]|\d{1,4}[.)])\s*)?\[([^\]]{1,500})\]\(\s*<?([^\s()<>]{1,2000})>?[^)]{0,500}\)\s*(?:[:\u2013\u2014-]\s*(\S.*)?)?$/;
const BARE = /^\s*(?:[-*+]\s*)?<?(https?:\/\/[^\s<>]{1,2000})>?\s*$/;

/**
 * The links of an `llms.txt` (https://llmstxt.org): list items `[title](url): description`, and bare
 * URLs on lines of their own. Links within prose are not pages of the list.
 */
export function llmsLinks(text: string): readonly LlmsLink[] {
  const links: LlmsLink[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.length > MAX_LINE) continue;
    const link = LINK.exec(line);
    if (link) {
      const [, title = "", url = "", description = ""] = link;
      links.push({ title: title.trim(), url, description: description.trim() || undefined });
      continue;
    }
    const bare = BARE.exec(line)?.[1];
    if (bare !== undefined) links.push({ title: "", url: bare, description: undefined });
  }
  return links;
}
