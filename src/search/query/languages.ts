import { detectLanguage } from "../analysis/detect-language.ts";
import { isDeleted, type Segment } from "../file/segment.ts";

/** Languages that a query is analysed in when nothing says its own. */
const MAX_QUERY_LANGUAGES = 8;

/** The languages of an index, by how many documents they have. */
export function indexLanguages(segments: readonly Segment[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const segment of segments) {
    const perName = new Uint32Array(segment.names.length);
    const { documentLanguages } = segment;
    for (let document = 0; document < documentLanguages.length; document++) {
      if (!isDeleted(segment, document)) perName[documentLanguages[document]!]! += 1;
    }
    for (const [name, count] of perName.entries()) {
      if (count === 0) continue;
      const language = segment.names.text(name);
      counts.set(language, (counts.get(language) ?? 0) + count);
    }
  }
  return [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
}

/**
 * The languages of the index that an asked one means: itself, else those of the same base
 * (`pt` for `pt-br`, `zh-hans` for `zh`), else none.
 */
export function matchingLanguages(asked: string, languages: readonly string[]): string[] {
  const wanted = asked.toLowerCase();
  if (languages.includes(wanted)) return [wanted];
  return languages.filter((language) => baseOf(language) === baseOf(wanted));
}

/** The languages to analyse a query in, the likeliest first. */
export function queryLanguages(query: string, languages: readonly string[]): string[] {
  if (languages.length < 2) return [...languages];
  const detected = matchingLanguages(detectLanguage(query), languages);
  return distinctBases([...detected, ...languages]).slice(0, MAX_QUERY_LANGUAGES);
}

/** Languages of one base are analysed alike, so one of them is enough. */
function distinctBases(languages: readonly string[]): string[] {
  const bases = new Map<string, string>();
  for (const language of languages) {
    if (!bases.has(baseOf(language))) bases.set(baseOf(language), language);
  }
  return [...bases.values()];
}

function baseOf(language: string): string {
  return language.split("-", 1)[0] ?? "";
}
