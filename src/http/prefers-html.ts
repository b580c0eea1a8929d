/**
 * Whether the answer should be a page for people. HTML has to be named: clients that accept anything
 * are programs, and read Markdown better. When both are named, the better quality decides, and HTML
 * when they are equal (RFC 9110, section 12.5.1).
 */
export function prefersHtml(accept: string | null): boolean {
  const qualities = new Map<string, number>();
  for (const part of (accept ?? "").slice(0, 1_000).split(",")) {
    const [type = "", ...parameters] = part.split(";").map((each) => each.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    const value = quality === undefined ? 1 : Number(quality);
    qualities.set(type, Number.isNaN(value) ? 0 : value);
  }
  const html = qualities.get("text/html") ?? 0;
  return html > 0 && html >= (qualities.get("text/markdown") ?? 0);
}
