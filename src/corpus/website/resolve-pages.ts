import type { VisitedUrl } from "./crawl.ts";

const MAX_STEPS = 10;

/**
 * The URLs that are pages of their own, each with the URLs that lead to it by redirects, refreshes or
 * canonical links. A canonical link is believed when it leads to a page that was read; pages that
 * name each other stay what they are.
 */
export function resolvePages(
  visited: ReadonlyMap<string, VisitedUrl>,
): ReadonlyMap<string, readonly string[]> {
  const pages = new Map<string, string[]>();
  const leading: (readonly [string, string])[] = [];
  for (const url of visited.keys()) {
    const end = endOf(url, visited);
    if (end === url) pages.set(url, []);
    else if (end !== undefined) leading.push([url, end]);
  }
  for (const [from, to] of leading) pages.get(to)?.push(from);
  return pages;
}

function endOf(start: string, visited: ReadonlyMap<string, VisitedUrl>): string | undefined {
  const own = visited.get(start)?.hasDocument ? start : undefined;
  const seen = new Set<string>();
  let url = start;
  while (seen.size < MAX_STEPS) {
    const facts = visited.get(url);
    if (facts === undefined || seen.has(url)) return own;
    seen.add(url);
    const next = facts.target ?? facts.canonical ?? url;
    if (next === url) return facts.hasDocument ? url : own;
    url = next;
  }
  return own;
}
