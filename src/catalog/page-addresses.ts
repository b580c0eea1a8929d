import type { StoredSummary } from "./stored-json.ts";

/** Finds a page by any public URL of it: canonical or alias, in the spellings that servers accept. */
export class PageAddresses {
  readonly #idByAddress = new Map<string, string>();
  readonly #base: string | undefined;

  constructor(pages: readonly StoredSummary[], baseUrl: string | undefined) {
    this.#base = baseUrl;
    // Canonical URLs first: an alias never hides the page that really is there.
    for (const page of pages) this.#add(page.url, page.id);
    for (const page of pages) for (const alias of page.aliases) this.#add(alias, page.id);
  }

  #add(url: string, id: string): void {
    const address = normalAddress(url, this.#base);
    if (address !== undefined && !this.#idByAddress.has(address)) {
      this.#idByAddress.set(address, id);
    }
  }

  idAt(url: string): string | undefined {
    const address = normalAddress(url, this.#base);
    return address === undefined ? undefined : this.#idByAddress.get(address);
  }
}

/** Resolves against this when no base is known; `.invalid` is nobody's (RFC 2606). */
const NO_BASE = "https://base.invalid/";

/**
 * One spelling for a page's URL: host without scheme (a link may still say http), path decoded,
 * without `index.html`, `.html` and trailing slash. Undefined for what is not a web address.
 */
function normalAddress(url: string, baseUrl: string | undefined): string | undefined {
  let parsed: URL;
  try {
    parsed = new URL(url, baseUrl ?? NO_BASE);
  } catch {
    return undefined;
  }
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return undefined;
  const path = decodePath(parsed.pathname)
    .replace(/\/index\.html?$/, "/")
    .replace(/\.html?$/, "");
  return parsed.host + (path.endsWith("/") ? path.slice(0, -1) : path);
}

function decodePath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
