import { termsOf } from "../analysis/analyze-word.ts";
import { COMPOUND_WEIGHT, PREFIX_WEIGHT, TYPO_WEIGHT } from "../ranking/scoring.ts";
import type { QueryWord } from "./parse-query.ts";
import { forgivenDistance, prefixRange, similarTerms } from "./similar-terms.ts";
import type { KnownTerm, TermStatistics } from "./term-statistics.ts";

/** A term that is searched in place of a word that no document holds. */
export interface Alternative {
  readonly term: KnownTerm;
  /** What a find of it is worth beside a find of the word itself. */
  readonly weight: number;
}

const MAX_SIMILAR = 3;
const MAX_COMPLETIONS = 8;
/** Terms of one prefix that are looked at. */
const MAX_PREFIX_TERMS = 2000;
/** A typed beginning may be longer than the stem of the word that it begins. */
const MAX_BEYOND_STEM = 3;
const MIN_PART_CHARS = 3;
const MIN_COMPOUND_CHARS = 7;
const MAX_COMPOUND_CHARS = 40;
/** What German and its neighbours put between the parts of a compound. */
const LINKS = ["", "s", "es", "n", "en"];

/**
 * What may be meant by a word that is in no document, the likeliest kind only: a word with one
 * letter wrong, a compound of two known words, the beginning of a word, two letters wrong.
 *
 * @param isUnfinished whether the word may be the beginning of one.
 */
export function alternativesFor(
  word: QueryWord,
  statistics: TermStatistics,
  languages: readonly string[],
  isUnfinished: boolean,
): readonly Alternative[] {
  const concept = word.concepts[0];
  if (concept === undefined || !/^[\p{L}\p{M}\p{N}._-]+$/u.test(word.text)) return [];
  if (!word.isSpaced) return completionsOf(concept.terms, statistics);
  const similar = concept.terms.flatMap((term) => similarOf(term, statistics));
  const near = similar.filter(({ distance }) => distance === 1);
  if (near.length > 0) return weighted(near, TYPO_WEIGHT);
  const parts = compoundParts(word.text, statistics, languages);
  if (parts.length > 0) return parts.map((term) => ({ term, weight: COMPOUND_WEIGHT }));
  const completions = isUnfinished
    ? completionsOf([...concept.terms, word.text.toLowerCase()], statistics)
    : [];
  if (completions.length > 0) return completions;
  return weighted(similar, TYPO_WEIGHT * TYPO_WEIGHT);
}

interface SimilarKnown {
  readonly known: KnownTerm;
  readonly distance: number;
}

function similarOf(term: string, statistics: TermStatistics): SimilarKnown[] {
  const maxDistance = forgivenDistance(term.length);
  const distances = new Map<string, number>();
  for (const { segment } of statistics.parts) {
    for (const { term: similar, distance } of similarTerms(segment.terms, term, maxDistance)) {
      distances.set(similar, Math.min(distance, distances.get(similar) ?? distance));
    }
  }
  return [...distances].flatMap(([similar, distance]) => {
    const known = statistics.find(similar);
    return known ? [{ known, distance }] : [];
  });
}

function weighted(similar: readonly SimilarKnown[], weight: number): Alternative[] {
  return similar
    .map(({ known }) => known)
    .toSorted(byDocumentCount)
    .slice(0, MAX_SIMILAR)
    .map((term) => ({ term, weight }));
}

/** The two known words that a word is made of, those that split it most evenly; or none. */
function compoundParts(
  word: string,
  statistics: TermStatistics,
  languages: readonly string[],
): readonly KnownTerm[] {
  const lower = word.toLowerCase();
  if (lower.length < MIN_COMPOUND_CHARS || lower.length > MAX_COMPOUND_CHARS) return [];
  let best: readonly KnownTerm[] = [];
  let bestLength = 0;
  for (let end = MIN_PART_CHARS; end <= lower.length - MIN_PART_CHARS; end++) {
    const left = knownTerms(lower.slice(0, end), statistics, languages);
    if (left.length === 0) continue;
    for (const link of LINKS) {
      const right = lower.slice(end + link.length);
      const shorter = Math.min(end, right.length);
      if (right.length < MIN_PART_CHARS || !lower.startsWith(link, end)) continue;
      if (shorter <= bestLength) continue;
      const found = knownTerms(right, statistics, languages);
      if (found.length === 0) continue;
      best = [...left, ...found];
      bestLength = shorter;
    }
  }
  return best;
}

function knownTerms(
  word: string,
  statistics: TermStatistics,
  languages: readonly string[],
): KnownTerm[] {
  return termsOf(word, languages).flatMap((term) => statistics.find(term) ?? []);
}

/** The commonest terms that begin with one of the beginnings, or that are nearly all of it. */
function completionsOf(
  beginnings: readonly string[],
  statistics: TermStatistics,
): readonly Alternative[] {
  const found = new Map<string, KnownTerm>();
  const keep = (term: string): void => {
    const known = found.has(term) ? undefined : statistics.find(term);
    if (known) found.set(term, known);
  };
  for (const beginning of new Set(beginnings)) {
    if (beginning === "") continue;
    for (const { segment } of statistics.parts) {
      const { start, end } = prefixRange(segment.terms, beginning);
      for (let i = start; i < Math.min(end, start + MAX_PREFIX_TERMS); i++) {
        keep(segment.terms.text(i));
      }
    }
    for (let cut = 1; cut <= MAX_BEYOND_STEM && beginning.length - cut > MAX_BEYOND_STEM; cut++) {
      keep(beginning.slice(0, -cut));
    }
  }
  return [...found.values()]
    .toSorted(byDocumentCount)
    .slice(0, MAX_COMPLETIONS)
    .map((term) => ({ term, weight: PREFIX_WEIGHT }));
}

function byDocumentCount(a: KnownTerm, b: KnownTerm): number {
  return b.documentCount - a.documentCount || (a.term < b.term ? -1 : 1);
}
