import { decodePage } from "./decode-page.ts";
import type { PageAnswer, PageRequest } from "./site-client.ts";

/**
 * How a site gives the Markdown of a page:
 * - `link`: the page links to it (`<link rel=alternate type=text/markdown>`)
 * - `accept`: at the page's own URL, to who asks for `text/markdown`
 * - the others: at a URL made from the page's
 */
export type TwinForm = "link" | "accept" | "name.md" | "index.md" | "html.md" | "none";

const FORMS: readonly TwinForm[] = ["accept", "name.md", "index.md", "html.md"];
/** After so many pages without a twin, the site is taken to have none. */
const PATIENCE = 3;
const MARKDOWN_TYPES = new Set(["text/markdown", "text/x-markdown"]);

export interface TwinSettings {
  readonly get: (url: URL, request: PageRequest) => Promise<PageAnswer>;
  readonly allows: (url: URL) => boolean;
  readonly maxBytes: number;
  /** What an earlier load found out. */
  readonly form: TwinForm | undefined;
}

/** Finds out, with the first pages of a site, whether it gives their Markdown, and then gets it. */
export class MarkdownTwins {
  readonly #settings: TwinSettings;
  #form: TwinForm | undefined;
  #missed = 0;

  constructor(settings: TwinSettings) {
    this.#settings = settings;
    this.#form = settings.form;
  }

  /** Undefined as long as it has not been found out. */
  get form(): TwinForm | undefined {
    return this.#form;
  }

  /** The Markdown of a page of HTML; undefined when it has none. */
  async of(page: URL, linked: URL | undefined): Promise<string | undefined> {
    if (linked !== undefined && this.#settings.allows(linked)) {
      const text = await this.#fetch(linked, "link");
      if (text !== undefined) this.#form ??= "link";
      if (text !== undefined) return text;
    }
    if (this.#form !== undefined) return this.#try(page, this.#form);
    // A home page is often made otherwise than the pages below it.
    if (page.pathname === "/") return undefined;
    for (const form of FORMS) {
      const text = await this.#try(page, form);
      if (text === undefined) continue;
      this.#form = form;
      return text;
    }
    this.#missed += 1;
    if (this.#missed >= PATIENCE) this.#form = "none";
    return undefined;
  }

  async #try(page: URL, form: TwinForm): Promise<string | undefined> {
    const url = twinUrl(page, form);
    return url === undefined ? undefined : this.#fetch(url, form);
  }

  async #fetch(url: URL, form: TwinForm): Promise<string | undefined> {
    const { get, allows, maxBytes } = this.#settings;
    const answer = await get(url, {
      accept: "text/markdown",
      maxBytes,
      // Servers do not know the type of a `.md` file; what a page answers with has to say it.
      wants: (type) => MARKDOWN_TYPES.has(type) || (form !== "accept" && type === "text/plain"),
      allows,
    });
    if (answer.kind !== "page") return undefined;
    try {
      const { response } = answer;
      const text = decodePage(response.body, response.header("content-type") ?? "");
      return text.trim() === "" || /^\s*<(?:!doctype|html)\b/i.test(text) ? undefined : text;
    } catch {
      return undefined;
    }
  }
}

/** Where a page's Markdown is, when the site has it in this form; undefined when it cannot have it. */
export function twinUrl(page: URL, form: TwinForm): URL | undefined {
  const { pathname } = page;
  const isFolder = pathname.endsWith("/");
  const twin = new URL(page);
  if (form === "accept") return twin;
  if (form === "name.md") {
    if (pathname === "/") return undefined;
    twin.pathname = `${pathname.replace(/(?:\/|\.html?)$/i, "")}.md`;
  } else if (form === "index.md" && isFolder) {
    twin.pathname = `${pathname}index.md`;
  } else if (form === "html.md" && (isFolder || /\.html?$/i.test(pathname))) {
    twin.pathname = isFolder ? `${pathname}index.html.md` : `${pathname}.md`;
  } else {
    return undefined;
  }
  return twin;
}
