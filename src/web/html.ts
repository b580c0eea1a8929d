/** Markup that is safe to send: made by {@link html} only. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a hole of {@link html}. `undefined` and `false` are nothing. */
export type HtmlValue = Html | string | number | false | undefined | readonly HtmlValue[];

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** `text` as it may stand in an element or between the quotes of an attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
}

/**
 * A template whose holes are escaped, unless they are markup of the same making. Attributes must be
 * quoted; a URL from outside must be checked with {@link safeUrl} first, escaping is not enough.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = strings[0] ?? "";
  for (const [i, value] of values.entries()) markup += markupOf(value) + (strings[i + 1] ?? "");
  return new Html(markup);
}

/** A link target that cannot run a script: http, https, or a path on this server; else `#`. */
export function safeUrl(url: string): string {
  return /^https?:\/\//i.test(url) || /^\/(?![/\\])/.test(url) ? url : "#";
}

function markupOf(value: HtmlValue): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string") return escapeHtml(value);
  return typeof value === "number" ? `${value}` : value.map(markupOf).join("");
}
