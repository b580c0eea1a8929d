export interface PageIdPlace {
  readonly language: string;
  readonly defaultLanguage: string;
  /** The path's first segment, when that says the language: `de`, `pt-BR`. */
  readonly languageSegment?: string | undefined;
}

/**
 * A readable id from the public path: `docs/rate-limits/` -> `docs/rate-limits` in the default
 * language, `de/docs/rate-limits` in any other, wherever the site itself writes the language.
 * The home page is `index`.
 */
export function pageIdOf(publicPath: string, place: PageIdPlace): string {
  const segments = publicPath
    .replace(/\.html?$/i, "")
    // `#` parts page from section in a section's id, `?` would end an id inside a URL.
    .replace(/[#?\s\p{C}]+/gu, "-")
    .split("/")
    .filter((segment) => segment !== "");
  if (segments.at(-1) === "index") segments.pop();
  if (place.languageSegment !== undefined && segments[0] === place.languageSegment)
    segments.shift();
  if (place.language !== place.defaultLanguage) segments.unshift(place.language);
  return segments.join("/") || "index";
}

/** Hands out every id once: a page that comes second under one id gets `-2`, `-3`, ... */
export class PageIds {
  readonly #taken = new Set<string>();

  claim(id: string): string {
    let free = id;
    for (let count = 2; this.#taken.has(free); count++) free = `${id}-${count}`;
    this.#taken.add(free);
    return free;
  }
}
