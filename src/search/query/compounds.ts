import { termsOf } from "../analysis/analyze-word.ts";
import { COMPOUND_LINKS, MIN_PART_CHARS } from "../analysis/compounding.ts";
import { encodeUtf8 } from "../analysis/utf8.ts";
import { prefixRange } from "./similar-words.ts";
import type { KnownTerm, TermStatistics } from "./term-statistics.ts";

const MIN_COMPOUND_CHARS = 7;
const MAX_COMPOUND_CHARS = 40;
/** Terms that begin, or end, with a part, of which the rest is looked up. */
const MAX_CANDIDATES = 100;
const MAX_COMPOUNDS = 8;

/** The two known words that a word is made of, those that split it most evenly; or none. */
export function compoundParts(
  word: string,
  statistics: TermStatistics,
  languages: readonly string[],
  minPartChars: number = MIN_PART_CHARS,
): readonly KnownTerm[] {
  const lower = word.toLowerCase();
  if (lower.length < MIN_COMPOUND_CHARS || lower.length > MAX_COMPOUND_CHARS) return [];
  let best: readonly KnownTerm[] = [];
  let bestLength = 0;
  for (let end = minPartChars; end <= lower.length - minPartChars; end++) {
    const left = knownTerms(lower.slice(0, end), statistics, languages);
    if (left.length === 0) continue;
    for (const link of COMPOUND_LINKS) {
      const right = lower.slice(end + link.length);
      const shorter = Math.min(end, right.length);
      if (right.length < minPartChars || !lower.startsWith(link, end)) continue;
      if (shorter <= bestLength) continue;
      const found = knownTerms(right, statistics, languages);
      if (found.length === 0) continue;
      best = [...left, ...found];
      bestLength = shorter;
    }
  }
  return best;
}

/**
 * The commonest compounds with a term as their first or last part, whose other part is a word of the
 * index too: no list of words is needed, and what only begins or ends alike is left out.
 */
export function compoundsWith(
  term: string,
  statistics: TermStatistics,
  languages: readonly string[],
): readonly KnownTerm[] {
  if (term.length < MIN_PART_CHARS) return [];
  const found = new Map<string, KnownTerm>();
  const keep = (compound: string): void => {
    const known = found.has(compound) ? undefined : statistics.find(compound);
    if (known) found.set(compound, known);
  };
  const suffix = encodeUtf8(term);
  for (const { segment } of statistics.parts) {
    const { start, end } = prefixRange(segment.terms, term);
    for (let place = start; place < Math.min(end, start + MAX_CANDIDATES); place++) {
      const compound = segment.terms.text(place);
      if (isRestKnown(compound.slice(term.length), statistics)) keep(compound);
    }
    for (const compound of segment.compoundEnds.endingWith(suffix, MAX_CANDIDATES)) {
      const first = compound.slice(0, compound.length - term.length);
      if (isFirstKnown(first, statistics, languages)) keep(compound);
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.documentCount - a.documentCount || (a.term < b.term ? -1 : 1))
    .slice(0, MAX_COMPOUNDS);
}

/** Whether what follows the first part is a term, behind a link or not. */
function isRestKnown(rest: string, statistics: TermStatistics): boolean {
  return COMPOUND_LINKS.some((link) => {
    const last = rest.slice(link.length);
    return rest.startsWith(link) && last.length >= MIN_PART_CHARS && isTerm(last, statistics);
  });
}

/** Whether what stands before the last part is a word, with a link or not. */
function isFirstKnown(
  first: string,
  statistics: TermStatistics,
  languages: readonly string[],
): boolean {
  return COMPOUND_LINKS.some((link) => {
    const word = first.slice(0, first.length - link.length);
    if (!first.endsWith(link) || word.length < MIN_PART_CHARS) return false;
    return isTerm(word, statistics) || knownTerms(word, statistics, languages).length > 0;
  });
}

function isTerm(text: string, statistics: TermStatistics): boolean {
  return statistics.find(text) !== undefined;
}

function knownTerms(
  word: string,
  statistics: TermStatistics,
  languages: readonly string[],
): KnownTerm[] {
  return termsOf(word, languages).flatMap((term) => statistics.find(term) ?? []);
}
