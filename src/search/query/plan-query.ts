import { type TermRole, termsOf } from "../analysis/analyze-word.ts";
import { isCompounding } from "../analysis/compounding.ts";
import {
  COMPOUND_OF_UNKNOWN_WEIGHT,
  COMPOUND_OF_WORD_WEIGHT,
  JOINED_PAIR_WEIGHT,
  PART_OF_COMPOUND_WEIGHT,
  PARTS_SHARE,
  ROLE_WEIGHT,
  ROLE_WEIGHT_WITHOUT_WHOLE,
} from "../ranking/scoring.ts";
import { alternativesFor, commonerSpellings } from "./alternatives.ts";
import { compoundParts, compoundsWith } from "./compounds.ts";
import type { QueryWord } from "./parse-query.ts";
import type { KnownTerm, TermStatistics } from "./term-statistics.ts";

/** Terms that one query scores with, at most; the ones that say least are left out. */
const MAX_TERMS = 64;
/** Unknown words that something near is looked for, at most: it is the dearest part of a plan. */
const MAX_REPLACED = 8;

export interface PlannedTerm {
  readonly known: KnownTerm;
  /** What a document that is full of the term gets for it. */
  readonly weight: number;
  /** Words of the plan that it stands for. */
  readonly words: readonly number[];
}

export interface PlannedWord {
  readonly text: string;
  readonly position: number;
  /** Whether it is a name that has parts. */
  readonly isIdentifier: boolean;
  /** How much the word says: its idf, or that of a word in no document when it is unknown. */
  readonly weight: number;
  /**
   * `pieces`: an identifier that no document holds, of which pieces are known. `replaced`: unknown as
   * typed, and something near it is searched instead.
   */
  readonly state: "known" | "pieces" | "replaced" | "unknown";
}

/** A query in the terms of an index. */
export interface QueryPlan {
  readonly words: readonly PlannedWord[];
  readonly terms: readonly PlannedTerm[];
}

/**
 * Looks the words of a query up and weighs them. A word that no document holds is replaced by what
 * is nearest to it; see `alternativesFor`.
 *
 * @param isTyping the last word may not be finished.
 * @param isDoubted whether words that are hardly anywhere are taken for typos, too.
 */
export function planQuery(
  words: readonly QueryWord[],
  statistics: TermStatistics,
  languages: readonly string[],
  isTyping: boolean,
  isDoubted = false,
): QueryPlan {
  const collected = new TermCollector(statistics);
  const joinedPairs = words.map((word, index) =>
    joinedPair(word, words[index + 1], statistics, languages),
  );
  let unknown = 0;
  const planned = words.map((word, index): PlannedWord => {
    const base = {
      text: word.text,
      position: word.position,
      isIdentifier: word.concepts.some(({ role }) => isPart(role)),
    };
    const spellings = isDoubted ? commonerSpellings(word, statistics) : [];
    if (spellings.length > 0) {
      return { ...base, weight: collected.add(spellings, 1, [index]), state: "replaced" };
    }
    const known = word.isHalfPair ? UNKNOWN : addKnown(word, index, statistics, collected);
    const inCompounds =
      isCompounding(languages[0] ?? "") && isPlain(word)
        ? addCompounds(word, index, statistics, languages, collected)
        : 0;
    if (known.weight > 0) {
      return { ...base, weight: known.weight, state: known.isWhole ? "known" : "pieces" };
    }
    if (inCompounds > 0) return { ...base, weight: statistics.idf(0), state: "replaced" };
    const isJoined = joinedPairs[index] !== undefined || joinedPairs[index - 1] !== undefined;
    if (!isJoined) unknown += 1;
    const alternatives =
      isJoined || unknown > MAX_REPLACED
        ? []
        : alternativesFor(word, statistics, languages, isTyping && index === words.length - 1);
    for (const alternative of alternatives) {
      collected.add([alternative.term], alternative.weight, [index]);
    }
    const state = isJoined || alternatives.length > 0 ? "replaced" : "unknown";
    return { ...base, weight: statistics.idf(0), state };
  });
  for (const [index, pair] of joinedPairs.entries()) {
    if (pair) collected.add(pair, JOINED_PAIR_WEIGHT, [index, index + 1]);
  }
  return { words: planned, terms: collected.heaviest(MAX_TERMS) };
}

const UNKNOWN = { weight: 0, isWhole: false };

/** Adds what of a word is known, and returns the word's weight, 0 when nothing is. */
function addKnown(
  word: QueryWord,
  index: number,
  statistics: TermStatistics,
  collected: TermCollector,
): { readonly weight: number; readonly isWhole: boolean } {
  const known = word.concepts.map((concept) => ({
    role: concept.role,
    terms: concept.terms.flatMap((term) => statistics.find(term) ?? []),
  }));
  const [first, ...parts] = known;
  if (!first) return UNKNOWN;
  // Forms of one word are words of the query, each of them counts; pieces of names do not add up.
  const count = first.role === "word" || first.role === "whole" ? word.count : 0;
  const weight = collected.add(first.terms, ROLE_WEIGHT[first.role], [index], count);
  const roles = weight > 0 ? ROLE_WEIGHT : ROLE_WEIGHT_WITHOUT_WHOLE;
  const wanted = parts.reduce(
    (sum, { role, terms }) => sum + (isPart(role) ? collected.weightOf(terms, roles[role]) : 0),
    0,
  );
  // What many parts add up to must not outweigh the name that they are parts of.
  const share = weight > 0 && wanted > 0 ? Math.min(1, (PARTS_SHARE * weight) / wanted) : 1;
  let greatest = weight;
  for (const { role, terms } of parts) {
    const factor = roles[role] * (isPart(role) ? share : 1);
    greatest = Math.max(greatest, collected.add(terms, factor, [index]));
  }
  return { weight: greatest, isWhole: weight > 0 };
}

/**
 * Adds the compounds that a word is a part of, and of a known compound its parts: `Verlängerung` is
 * found in `Zertifikatsverlängerung`, and that where a `Verlängerung des Zertifikats` is spoken of.
 * Returns what a document full of one of the compounds gets, 0 when there are none.
 */
function addCompounds(
  word: QueryWord,
  index: number,
  statistics: TermStatistics,
  languages: readonly string[],
  collected: TermCollector,
): number {
  const terms = word.concepts[0]?.terms ?? [];
  const isKnown = terms.some((term) => statistics.find(term));
  if (isKnown) {
    for (const part of compoundParts(word.text, statistics, languages)) {
      if (!terms.includes(part.term)) collected.add([part], PART_OF_COMPOUND_WEIGHT, [index]);
    }
  }
  const compounds = terms.flatMap((term) => compoundsWith(term, statistics, languages));
  // A compound of two words of the query is worth what it gets for both.
  const factor = isKnown ? COMPOUND_OF_WORD_WEIGHT : COMPOUND_OF_UNKNOWN_WEIGHT;
  return collected.add(compounds, factor, [index], 1);
}

function isPart(role: TermRole): boolean {
  return role === "component" || role === "part";
}

/** Two neighbouring words as one, when documents write them so. */
function joinedPair(
  word: QueryWord,
  next: QueryWord | undefined,
  statistics: TermStatistics,
  languages: readonly string[],
): KnownTerm[] | undefined {
  if (!next || !isPlain(word) || !isPlain(next) || next.position !== word.position + 1) {
    return undefined;
  }
  const terms = termsOf(word.text + next.text, languages).flatMap(
    (term) => statistics.find(term) ?? [],
  );
  return terms.length > 0 ? terms : undefined;
}

function isPlain(word: QueryWord): boolean {
  return word.isSpaced && word.concepts.length === 1 && word.text.length > 1;
}

/** Gathers terms with their idf; variants of one meaning share the idf of all of them together. */
class TermCollector {
  readonly #statistics: TermStatistics;
  readonly #terms = new Map<string, { known: KnownTerm; weight: number; words: number[] }>();

  constructor(statistics: TermStatistics) {
    this.#statistics = statistics;
  }

  /**
   * Returns what a document full of one of them gets; 0 when there are none.
   *
   * @param count how often the query says it, which adds up when another word has the same term; 0
   *   when of several words with the same term only the heaviest counts.
   */
  add(variants: readonly KnownTerm[], factor: number, words: readonly number[], count = 0): number {
    const weight = this.weightOf(variants, factor);
    for (const known of variants) {
      const present = this.#terms.get(known.term);
      if (present === undefined) {
        const times = Math.max(1, count);
        this.#terms.set(known.term, { known, weight: weight * times, words: [...words] });
        continue;
      }
      present.weight =
        count > 0 ? present.weight + weight * count : Math.max(present.weight, weight);
      // In the order of the query: it is in this order that nearness is measured.
      present.words = [...new Set([...present.words, ...words])].toSorted((a, b) => a - b);
    }
    return weight;
  }

  weightOf(variants: readonly KnownTerm[], factor: number): number {
    if (variants.length === 0) return 0;
    const documentCount = variants.reduce((sum, known) => sum + known.documentCount, 0);
    return factor * this.#statistics.idf(documentCount);
  }

  heaviest(limit: number): PlannedTerm[] {
    const terms = [...this.#terms.values()];
    if (terms.length <= limit) return terms;
    return terms.toSorted((a, b) => b.weight - a.weight).slice(0, limit);
  }
}
