/** A target as it stands between the parentheses of a link. */
export function linkTarget(url: string, title?: string | null): string {
  const plain = url.replaceAll(/[\n<>]/g, (char) => encodeURIComponent(char));
  const target = /[\s()]/.test(plain) || plain === "" ? `<${plain}>` : plain;
  return title
    ? `${target} "${title.replaceAll(/["\\]/g, "\\$&").replaceAll(/\s+/g, " ")}"`
    : target;
}

/** Text as the label of a link or image: its brackets escaped, in one line. */
export function linkLabel(text: string): string {
  return text.replaceAll(/[[\]\\]/g, "\\$&").replaceAll(/\s+/g, " ");
}

/** A code span that holds just this text; "" for none. */
export function codeSpan(text: string, inTable: boolean): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  if (line === "") return "";
  const longest = (line.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 0);
  const ticks = "`".repeat(longest + 1);
  const padding = longest > 0 ? " " : "";
  const content = inTable ? line.replaceAll("|", "\\|") : line;
  return `${ticks}${padding}${content}${padding}${ticks}`;
}

/** Images that are in the page itself; their bytes are no text. */
export function isDataUrl(url: string): boolean {
  return /^data:/i.test(url);
}
