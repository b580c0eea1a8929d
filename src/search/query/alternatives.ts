import type { Segment } from "../file/segment.ts";
import { NO_TERM } from "../file/surface-terms.ts";
import { COMPOUND_WEIGHT, PREFIX_WEIGHT, TYPO_WEIGHT } from "../ranking/scoring.ts";
import { compoundParts } from "./compounds.ts";
import type { QueryWord } from "./parse-query.ts";
import { forgivenDistance, prefixRange, similarWords } from "./similar-words.ts";
import type { KnownTerm, TermStatistics } from "./term-statistics.ts";

/** A term that is searched in place of a word that no document holds. */
export interface Alternative {
  readonly term: KnownTerm;
  /** What a find of it is worth beside a find of the word itself. */
  readonly weight: number;
}

const MAX_SIMILAR = 3;
const MAX_COMPLETIONS = 8;
/** Words of one prefix that are looked at. */
const MAX_PREFIX_WORDS = 2000;
/** Letters of a part of a word that is nowhere, at least. */
const MIN_PART_CHARS = 3;

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
  if (!word.isSpaced) return completionsOf(word.text, statistics);
  const similar = similarOf(word.text.toLowerCase(), concept.terms, statistics);
  const near = similar.filter(({ distance }) => distance === 1);
  if (near.length > 0) return weighted(near, TYPO_WEIGHT);
  const parts = compoundParts(word.text, statistics, languages, MIN_PART_CHARS);
  if (parts.length > 0) return parts.map((term) => ({ term, weight: COMPOUND_WEIGHT }));
  const completions = isUnfinished ? completionsOf(word.text.toLowerCase(), statistics) : [];
  if (completions.length > 0) return completions;
  return weighted(similar, TYPO_WEIGHT * TYPO_WEIGHT);
}

/** Documents that hold a word which is doubted, at most: the documentation has typos of its own. */
const MAX_DOUBTED_DOCUMENTS = 2;
/** A word is doubted for one that so many times as many documents hold. */
const MUCH_COMMONER = 10;
const MIN_DOUBTED_CHARS = 5;

/** Whether hardly any document holds a word, so that it may be a typo that documentation has too. */
export function isDoubtful(word: QueryWord, statistics: TermStatistics): boolean {
  const documents = documentsOf(ownTerms(word, statistics));
  const isLong = word.text.length >= MIN_DOUBTED_CHARS && /^\p{L}+$/u.test(word.text);
  return isLong && documents > 0 && documents <= MAX_DOUBTED_DOCUMENTS;
}

/** A doubtful word and those much commoner that have one letter other; none without such. */
export function commonerSpellings(
  word: QueryWord,
  statistics: TermStatistics,
): readonly KnownTerm[] {
  if (!isDoubtful(word, statistics)) return [];
  const own = ownTerms(word, statistics);
  const terms = own.map(({ term }) => term);
  const similar = similarOf(word.text.toLowerCase(), terms, statistics).filter(
    ({ known, distance }) =>
      distance === 1 && known.documentCount >= MUCH_COMMONER * documentsOf(own),
  );
  return similar.length === 0 ? [] : [...own, ...weighted(similar, 1).map(({ term }) => term)];
}

function ownTerms(word: QueryWord, statistics: TermStatistics): readonly KnownTerm[] {
  return (word.concepts[0]?.terms ?? []).flatMap((term) => statistics.find(term) ?? []);
}

function documentsOf(terms: readonly KnownTerm[]): number {
  return terms.reduce((sum, { documentCount }) => sum + documentCount, 0);
}

interface SimilarKnown {
  readonly known: KnownTerm;
  readonly distance: number;
}

/** Terms near one of the word's own, and those of words near to it: a stem hides errors behind it. */
function similarOf(
  word: string,
  terms: readonly string[],
  statistics: TermStatistics,
): SimilarKnown[] {
  const distances = new Map<string, number>();
  const note = (term: string | undefined, distance: number): void => {
    if (term === undefined) return;
    distances.set(term, Math.min(distance, distances.get(term) ?? distance));
  };
  for (const { segment } of statistics.parts) {
    for (const term of terms) {
      const similar = similarWords(segment.terms, term, forgivenDistance(term.length));
      for (const each of similar) note(each.word, each.distance);
    }
    for (const spelling of spellingsOf(word)) {
      const similar = similarWords(segment.vocabulary, spelling, forgivenDistance(word.length));
      for (const each of similar) note(termAt(segment, each.place), each.distance);
    }
  }
  return [...distances].flatMap(([similar, distance]) => {
    const known = statistics.find(similar);
    return known ? [{ known, distance }] : [];
  });
}

/** The vocabulary has words as they are written: in lower case, or like this as names are. */
function spellingsOf(word: string): readonly string[] {
  const [first = "", ...rest] = word;
  return [word, first.toUpperCase() + rest.join("")];
}

/** The term of the word at a place of a segment's vocabulary. */
function termAt(segment: Segment, place: number): string | undefined {
  const term = segment.surfaceTerms[segment.vocabulary.numberAt(place)] ?? NO_TERM;
  return term < segment.terms.length ? segment.terms.text(term) : undefined;
}

function weighted(similar: readonly SimilarKnown[], weight: number): Alternative[] {
  return similar
    .map(({ known }) => known)
    .toSorted(byDocumentCount)
    .slice(0, MAX_SIMILAR)
    .map((term) => ({ term, weight }));
}

/** The commonest terms that begin like this, or whose words do. */
function completionsOf(beginning: string, statistics: TermStatistics): readonly Alternative[] {
  const found = new Map<string, KnownTerm>();
  const keep = (term: string | undefined): void => {
    const known = term === undefined || found.has(term) ? undefined : statistics.find(term);
    if (known) found.set(known.term, known);
  };
  for (const { segment } of statistics.parts) {
    const terms = prefixRange(segment.terms, beginning);
    for (let place = terms.start; place < bounded(terms); place++) keep(segment.terms.text(place));
    for (const spelling of spellingsOf(beginning)) {
      const words = prefixRange(segment.vocabulary, spelling);
      for (let place = words.start; place < bounded(words); place++) keep(termAt(segment, place));
    }
  }
  return [...found.values()]
    .toSorted(byDocumentCount)
    .slice(0, MAX_COMPLETIONS)
    .map((term) => ({ term, weight: PREFIX_WEIGHT }));
}

function bounded(range: { readonly start: number; readonly end: number }): number {
  return Math.min(range.end, range.start + MAX_PREFIX_WORDS);
}

function byDocumentCount(a: KnownTerm, b: KnownTerm): number {
  return b.documentCount - a.documentCount || (a.term < b.term ? -1 : 1);
}
