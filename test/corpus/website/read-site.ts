import type { SourceCache } from "../../../src/corpus/source.ts";
import { openSource, type SourceSettings } from "../../../src/corpus/sources/open-source.ts";
import { openSourceCache } from "../../../src/corpus/sources/source-cache.ts";
import { type Loaded, loadAll } from "../sources/load.ts";
import { temporaryFolder } from "../sources/temporary-folder.ts";
import { HurryingClock, TIMEOUT_MS } from "./hurrying-clock.ts";
import type { WaywardSite } from "./wayward-site.ts";

export interface SiteReader {
  readonly clock: HurryingClock;
  readonly cache: SourceCache;
  read(signal?: AbortSignal): Promise<Loaded>;
}

/** Reads a site again and again with one cache and one clock. */
export function siteReader(
  site: WaywardSite,
  settings: Partial<SourceSettings> = {},
  version = "1.0.0",
): SiteReader {
  const clock = new HurryingClock();
  const cache = openSourceCache({ folder: temporaryFolder(), identity: [site.url], version });
  const location = settings.location ?? site.url;
  return {
    clock,
    cache,
    async read(signal) {
      const source = await openSource(
        {
          location,
          ...settings,
          limits: { fetchTimeoutMs: TIMEOUT_MS, ...settings.limits },
        },
        {
          fetch: () => Promise.reject(new Error("not by fetch")),
          clock,
          userAgent: "docport/1.2.3",
        },
      );
      return loadAll(source, { cache, ...(signal && { signal }) });
    },
  };
}

export const read = (site: WaywardSite, settings: Partial<SourceSettings> = {}): Promise<Loaded> =>
  siteReader(site, settings).read();

/** The paths of the pages that came out. */
export const paths = ({ pages }: Loaded): string[] => pages.map(({ url }) => new URL(url).pathname);
