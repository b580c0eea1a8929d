/** Larger files are read up to here (RFC 9309 §2.5 wants 500 KiB at least). */
export const MAX_ROBOTS_BYTES: number = 512 * 1024;

const MAX_RULES = 10_000;
const MAX_PATTERN_CHARS = 2000;
/** Longer delays than this are for sites that want nobody. */
const MAX_CRAWL_DELAY_MS = 60_000;

/** What a site's robots.txt says to one robot. */
export interface Robots {
  /** @param target path and query of a URL */
  allows(target: string): boolean;
  /** Time between two requests; undefined when none is asked for. At most a minute. */
  readonly crawlDelayMs: number | undefined;
  /** URLs of sitemaps, as they are written. */
  readonly sitemaps: readonly string[];
}

interface Rule {
  readonly pattern: string;
  readonly isAllowed: boolean;
}

interface Group {
  readonly agents: string[];
  readonly rules: Rule[];
  delayMs: number | undefined;
}

export const ALLOW_ALL: Robots = { allows: () => true, crawlDelayMs: undefined, sitemaps: [] };

/**
 * Reads a robots.txt (RFC 9309) for a robot of this name. The rules of all groups that name it
 * count, or else those for `*`; the longest pattern that fits decides, and of equals the allowing one.
 */
export function parseRobots(text: string, agent: string): Robots {
  const { groups, sitemaps } = readGroups(text);
  const name = agent.toLowerCase();
  const named = groups.filter(({ agents }) => agents.includes(name));
  const counted = named.length > 0 ? named : groups.filter(({ agents }) => agents.includes("*"));
  const rules = counted
    .flatMap((group) => group.rules)
    .toSorted(
      (a, b) => b.pattern.length - a.pattern.length || Number(b.isAllowed) - Number(a.isAllowed),
    );
  const delays = counted.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
  return {
    allows(target) {
      const path = readable(target);
      return rules.find(({ pattern }) => fits(pattern, path))?.isAllowed ?? true;
    },
    crawlDelayMs: delays.length > 0 ? Math.max(...delays) : undefined,
    sitemaps,
  };
}

function readGroups(text: string): { groups: readonly Group[]; sitemaps: readonly string[] } {
  const groups: Group[] = [];
  const sitemaps: string[] = [];
  let group: Group | undefined;
  let isInAgents = false;
  let rules = 0;
  for (const line of text.split(/\r\n?|\n/)) {
    const [field = "", value = ""] = splitLine(line);
    if (field === "sitemap") {
      if (sitemaps.length < 100) sitemaps.push(value);
      continue;
    }
    if (field === "user-agent") {
      if (!isInAgents || group === undefined) {
        group = { agents: [], rules: [], delayMs: undefined };
        groups.push(group);
      }
      // `Docport/1.0` means docport: versions are no part of the name (RFC 9309 §2.2.1).
      group.agents.push((value.toLowerCase().split("/", 1)[0] ?? "").trim());
      isInAgents = true;
      continue;
    }
    if (group === undefined || field === "") continue;
    isInAgents = false;
    if (field === "crawl-delay") group.delayMs = delayOf(value) ?? group.delayMs;
    if (field !== "allow" && field !== "disallow") continue;
    rules += 1;
    if (value === "" || value.length > MAX_PATTERN_CHARS || rules > MAX_RULES) continue;
    group.rules.push({ pattern: readable(value), isAllowed: field === "allow" });
  }
  return { groups, sitemaps };
}

function splitLine(line: string): readonly string[] {
  const content = line.split("#", 1)[0] ?? "";
  const colon = content.indexOf(":");
  if (colon < 0) return [];
  return [content.slice(0, colon).trim().toLowerCase(), content.slice(colon + 1).trim()];
}

function delayOf(value: string): number | undefined {
  const seconds = /^\d{1,6}(?:\.\d{1,6})?$/.test(value) ? Number(value) : Number.NaN;
  return Number.isNaN(seconds) ? undefined : Math.min(MAX_CRAWL_DELAY_MS, seconds * 1000);
}

/** One form for a path however it was encoded; what separates its parts stays encoded. */
function readable(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** `*` is any text, `$` at the end is the end; else a pattern is a beginning. */
function fits(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith("$");
  const [first = "", ...parts] = (isWhole ? pattern.slice(0, -1) : pattern).split("*");
  if (!path.startsWith(first)) return false;
  const last = parts.pop();
  if (last === undefined) return !isWhole || path === first;
  let at = first.length;
  for (const part of parts) {
    const found = path.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return isWhole
    ? path.endsWith(last) && path.length - last.length >= at
    : path.indexOf(last, at) >= 0;
}
