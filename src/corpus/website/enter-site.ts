import { DocportError } from "../../lib/errors.ts";
import type { Problem } from "../page.ts";
import { type CrawlScope, isInScope, scopeOf } from "./crawl-scope.ts";
import type { PageStore } from "./page-store.ts";
import { ALLOW_ALL, MAX_ROBOTS_BYTES, parseRobots, type Robots } from "./robots.ts";
import type { SiteClient } from "./site-client.ts";

/** The name that robots.txt files know. */
const ROBOT = "docport";

/** A site at whose door we have been. */
export interface EnteredSite {
  /** After redirects. */
  readonly start: URL;
  readonly scope: CrawlScope;
  /** In the order in which they are tried. */
  readonly sitemaps: readonly { readonly url: string; readonly isNamed: boolean }[];
  /** False when nothing may be asked for, because it is not known what the site forbids. */
  readonly isOpen: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Reads robots.txt, and follows the start page to where the site really is: from http to https, and
 * to or from `www.`. Throws ERR_SOURCE_FETCH when that is another site, or when robots.txt forbids
 * the start itself.
 * @param before where the site was at the last load, for when it does not say
 */
export async function enterSite(
  start: URL,
  client: SiteClient,
  store: PageStore,
  before: CrawlScope | undefined,
): Promise<EnteredSite> {
  const problems: Problem[] = [];
  const closed = (): EnteredSite => {
    return { start, scope: before ?? scopeOf(start), sitemaps: [], isOpen: false, problems };
  };
  const robots = await readRobots(start.origin, client, store, problems);
  if (robots === undefined) return closed();
  client.robots = robots;
  if (client.isForbidden(start)) throw forbidden(start);
  if (isSitemap(start)) {
    const sitemaps = [{ url: start.href, isNamed: true }];
    return { start, scope: scopeOf(start), sitemaps, isOpen: true, problems };
  }
  const answered = await followStart(start, client);
  const real = answered ?? movedTo(start, before);
  if (real.origin !== start.origin) {
    const again = await readRobots(real.origin, client, store, problems);
    if (again === undefined) return closed();
    client.robots = again;
    if (client.isForbidden(real)) throw forbidden(real);
  }
  const named = { ...scopeOf(start), origins: [real.origin] };
  const { prefix } = answered
    ? isInScope(real, named)
      ? named
      : scopeOf(real)
    : (before ?? named);
  return {
    start: real,
    scope: { ...scopeOf(real, start.origin), prefix },
    sitemaps: [
      ...client.robots.sitemaps.map((url) => ({ url, isNamed: true })),
      ...(client.robots.sitemaps.length > 0 ? [] : usualSitemaps(real.origin, prefix)),
    ],
    isOpen: true,
    problems,
  };
}

function usualSitemaps(
  origin: string,
  prefix: string,
): readonly { readonly url: string; readonly isNamed: boolean }[] {
  const paths = [...new Set([prefix, "/"])].map((folder) => `${folder}sitemap.xml`);
  return paths.map((path) => ({ url: new URL(path, origin).href, isNamed: false }));
}

/** Undefined when it is not known what the site forbids (RFC 9309 §2.3.1.4). */
async function readRobots(
  origin: string,
  client: SiteClient,
  store: PageStore,
  problems: Problem[],
): Promise<Robots | undefined> {
  const url = new URL("/robots.txt", origin);
  client.robots = ALLOW_ALL;
  const answer = await client.get(url, {
    accept: "text/plain, */*;q=0.1",
    maxBytes: MAX_ROBOTS_BYTES,
    wants: (type) => type !== "text/html",
    allows: (target) => isSameSite(url, target),
  });
  const key = `robots:${origin}`;
  if (answer.kind === "page") {
    const text = Buffer.from(answer.response.body).toString("utf8");
    await store.putText(key, text);
    return parseRobots(text, ROBOT);
  }
  const isSilent = answer.kind === "failed" && (answer.status ?? 500) >= 500;
  if (!isSilent) return ALLOW_ALL;
  problems.push({ path: url.href, reason: answer.reason });
  const text = await store.text(key);
  return text === undefined ? undefined : parseRobots(text, ROBOT);
}

/** The start page on the origin where the site was last. */
function movedTo(start: URL, before: CrawlScope | undefined): URL {
  return new URL(start.pathname + start.search, before?.origins[0] ?? start.origin);
}

/** Where the start page is; undefined when it does not answer. */
async function followStart(start: URL, client: SiteClient): Promise<URL | undefined> {
  const answer = await client.get(start, {
    accept: "text/html, text/markdown;q=0.9, */*;q=0.1",
    maxBytes: 0,
    // Only its address is wanted yet.
    wants: () => false,
    allows: (target) => isSameSite(start, target),
  });
  if (answer.kind === "failed") return undefined;
  if (answer.kind !== "unwanted") return start;
  if (client.isForbidden(answer.url)) throw forbidden(answer.url);
  if (isSameSite(start, answer.url)) return answer.url;
  const { href, origin } = answer.url;
  throw new DocportError(
    "ERR_SOURCE_FETCH",
    `${start.href} redirects to another site, ${origin}, which is not followed.`,
    { hint: `If that is the documentation, name ${href} itself.` },
  );
}

function isSameSite(from: URL, to: URL): boolean {
  if (to.origin === from.origin) return true;
  const isUpgrade = to.protocol === "https:" || to.protocol === from.protocol;
  const name = (url: URL): string => url.hostname.replace(/^www\./, "");
  return isUpgrade && name(from) === name(to) && from.port === "" && to.port === "";
}

function isSitemap({ pathname }: URL): boolean {
  return /\.xml(?:\.gz)?$/i.test(pathname) || /\/[^/]*sitemap[^/]*\.txt$/i.test(pathname);
}

function forbidden(url: URL): DocportError {
  return new DocportError(
    "ERR_SOURCE_FETCH",
    `The robots.txt of ${url.origin} forbids ${url.href}.`,
    {
      hint: "Ask the site's owner, or serve its documentation from files.",
    },
  );
}
