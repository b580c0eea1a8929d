import type { CatalogHit } from "../catalog/catalog.ts";
import { cleanLine } from "./clean-text.ts";
import type { CorpusDescription } from "./corpus-description.ts";
import { modelName } from "./model-text.ts";
import type { PageUrls } from "./page-urls.ts";
import { provenance } from "./provenance.ts";
import { sourceOf } from "./sources.ts";

/** What a result says of a section, whatever was asked. */
export interface HitFacts {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  /** The documentation that it is of, where there are several. */
  readonly source?: string;
  readonly headingPath?: string;
  readonly version?: string;
  readonly provenance: Readonly<Record<string, string>>;
}

/** Sections that are remembered; those that answer much are asked for again. */
const MAX_REMEMBERED = 2_048;

/** Gives what results say of the sections of one catalog: cleaned, labelled, and worked out once. */
export function createHitFacts(
  corpus: CorpusDescription,
  urls: PageUrls,
): (hit: CatalogHit) => HitFacts {
  const remembered = new Map<string, HitFacts>();
  return (hit) => {
    const known = remembered.get(hit.id);
    if (known) return known;
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    const facts = factsOf(hit, corpus, urls);
    remembered.set(hit.id, facts);
    return facts;
  };
}

function factsOf(hit: CatalogHit, corpus: CorpusDescription, urls: PageUrls): HitFacts {
  const path = hit.headingPath.map((heading) => cleanLine(heading, 100)).join(" > ");
  const source = sourceOf(hit.pageId, corpus);
  return {
    id: hit.id,
    title: modelName(hit.title) || hit.id,
    url: urls.absolute(hit.url, hit.pageId),
    ...(source !== undefined && { source }),
    ...(path && { headingPath: modelName(path, 300) }),
    ...(hit.version !== undefined && { version: modelName(hit.version, 40) }),
    provenance: provenance(hit),
  };
}
