import type { CatalogHit } from "../catalog/catalog.ts";
import { RecentMap } from "../lib/recent-map.ts";
import { cleanLine } from "./clean-text.ts";
import type { CorpusDescription } from "./corpus-description.ts";
import { modelLine, modelName } from "./model-text.ts";
import type { PageUrls } from "./page-urls.ts";
import { provenance } from "./provenance.ts";
import { sourceOf } from "./sources.ts";
import { priceOf } from "./token-count.ts";

/** Longest text around the words that were found, in UTF-16 units. */
export const SNIPPET_CHARS = 300;

/** Sections, and stretches of them, whose results are remembered: 20 MB at most, mostly a few. */
const MAX_SECTIONS = 4_096;
const MAX_STRETCHES = 8_192;

/** A result of `search` as it is written. */
export interface WrittenHit {
  /** Its JSON in UTF-8 and behind it the same as within a string (see {@link quoted}): not to be changed. */
  readonly bytes: Buffer;
  readonly jsonBytes: number;
  /** Length of the JSON in UTF-16 units. */
  readonly chars: number;
  /** Of the JSON: see {@link priceOf}. */
  readonly price: number;
}

/**
 * Writes the hits of one catalog as results. What one says depends on its section, the stretch that
 * is shown and the language that was wanted, so it is worked out once for these: cleaning, looking
 * for what speaks to a model and counting tokens take longer than a search does.
 */
export function createHitWriter(
  corpus: CorpusDescription,
  urls: PageUrls,
): (hit: CatalogHit, wantedLanguage: string | undefined) => WrittenHit {
  const sections = new RecentMap<SectionFacts>(MAX_SECTIONS);
  const written = new RecentMap<WrittenHit>(MAX_STRETCHES);
  const isMultilingual = corpus.languages.length > 1;
  return (hit, wantedLanguage) => {
    const { id, snippet, language } = hit;
    const instead = language === wantedLanguage ? undefined : wantedLanguage;
    const cut = (snippet.cutBefore ? 1 : 0) + (snippet.cutAfter ? 2 : 0);
    // With lengths before them, no two lists of parts make the same key.
    const key = `${cut} ${instead?.length ?? ""} ${id.length} ${instead ?? ""}${id}${snippet.text}`;
    return written.getOrMake(key, () => {
      const facts = sections.getOrMake(id, () => factsOf(hit, corpus, urls));
      const value = {
        ...facts.before,
        ...shownText(hit),
        ...(isMultilingual && { language }),
        ...facts.after,
        ...(instead !== undefined && { note: `Not available in ${instead}; this is ${language}.` }),
      };
      return write(value);
    });
  };
}

function write(value: Readonly<Record<string, string>>): WrittenHit {
  const json = JSON.stringify(value);
  const again = quoted(json);
  const jsonBytes = Buffer.byteLength(json);
  // Not from the pool of small buffers: each piece of that lives as long as any other.
  const bytes = Buffer.allocUnsafeSlow(jsonBytes + Buffer.byteLength(again));
  bytes.write(json);
  bytes.write(again, jsonBytes);
  return { bytes, jsonBytes, chars: json.length, price: priceOf(json) };
}

/** A text as it stands between the quotation marks of a JSON string. */
export function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** What a result says of a section whatever was asked: before the stretch of it, and behind. */
interface SectionFacts {
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
}

function factsOf(hit: CatalogHit, corpus: CorpusDescription, urls: PageUrls): SectionFacts {
  const source = sourceOf(hit.pageId, corpus);
  const path = hit.headingPath.map((heading) => cleanLine(heading, 100)).join(" > ");
  return {
    before: {
      id: hit.id,
      title: modelName(hit.title) || hit.id,
      url: urls.absolute(hit.url, hit.pageId),
      ...(source !== undefined && { source }),
      ...(path && { heading_path: modelName(path, 300) }),
    },
    after: {
      ...(hit.version !== undefined && { version: modelName(hit.version, 40) }),
      ...provenance(hit),
    },
  };
}

function shownText({ snippet }: CatalogHit): { readonly snippet?: string } {
  const text = modelLine(cleanLine(snippet.text, SNIPPET_CHARS * 2));
  if (!text) return {};
  return { snippet: (snippet.cutBefore ? "… " : "") + text + (snippet.cutAfter ? " …" : "") };
}
