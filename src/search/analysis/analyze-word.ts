import { MAX_SURFACE_TERMS } from "../file/surface-terms.ts";
import { FULL_UNITS, HALF_UNITS, MOST_UNITS } from "../ranking/scoring.ts";
import { foldDiacritics, normalizeWord } from "./fold.ts";
import { isLetters, joinName, namesOf, partsOf } from "./split-name.ts";
import { stemmerFor } from "./stemmers.ts";
import { stopWordsFor } from "./stop-words.ts";

/**
 * How a term came out of a word: `word` is a plain word; of an identifier, `whole` is all of it,
 * `joined` is one name without its inner punctuation and case (`flat_map` and `flatMap` are
 * `flatmap`), `component` a name between dots or slashes, `part` a piece of a name. The words
 * of a hyphenated word are words, and `hyphenated` is them in one.
 */
export type TermRole = "word" | "whole" | "joined" | "component" | "part" | "hyphenated";

export interface AnalyzedTerm {
  readonly term: string;
  /** What one occurrence counts: {@link FULL_UNITS} is one. */
  readonly units: number;
  readonly role: TermRole;
}

export interface AnalyzedWord {
  readonly terms: readonly AnalyzedTerm[];
  /** How many words it is in the length of a field; 0 for a stop word. */
  readonly length: number;
  readonly isStop: boolean;
}

/** Makes words of one language into index terms; both sides of a search go through it. */
export interface WordAnalyzer {
  analyze(word: string): AnalyzedWord;
}

const MAX_TERM_CHARS = 64;
const MAX_CACHED_STEMS = 20_000;

const PLAIN_WORD = /^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{Lu}+)$/u;
const APOSTROPHE = /^(\p{L}{1,5})'(\p{L}+)$/u;
const HYPHENATED = /^\p{L}\p{Ll}*(?:-\p{L}\p{Ll}*)+$/u;
/** `C`, `C++`, `C#`, `-x`: what must not be taken apart. */
const SHORT_NAME = /^(?:\p{L}|\p{L}+\+\+|\p{L}#|-\p{L})$/u;
const VERSION = /^v\p{N}+\./u;
/** Languages that drop a vowel before a vowel: `l'index`, `dell'indice`. */
const ELIDING: ReadonlySet<string> = new Set(["fr", "it", "ca", "oc"]);

/** Languages whose own words have no diacritics: loan words are stemmed without them. */
const UNMARKED: ReadonlySet<string> = new Set(["en", "id"]);

const analyzers = new Map<string, WordAnalyzer>();

/** The analyzer of a language (BCP 47); of its base language when it has none of its own. */
export function analyzerFor(language: string): WordAnalyzer {
  const base = language.split("-", 1)[0] ?? "";
  const known = analyzers.get(base);
  if (known) return known;
  const analyzer = createAnalyzer(base);
  // Languages come from outside: what is not a language tag must not fill the memory.
  if (/^[a-z]{2,3}$/.test(base)) analyzers.set(base, analyzer);
  return analyzer;
}

/** The distinct terms that a word is indexed under first in each of the languages. */
export function termsOf(word: string, languages: readonly string[]): string[] {
  const terms = languages.map((language) => analyzerFor(language).analyze(word).terms[0]?.term);
  return [...new Set(terms)].filter((term) => term !== undefined);
}

function createAnalyzer(language: string): WordAnalyzer {
  const stem = stemmerFor(language);
  const stopWords = stopWordsFor(language);
  // Identifiers are made of the same few words over and over, and stemming is the dear part.
  const stems = new Map<string, string>();
  const termOf = (word: string): string => {
    const lower = UNMARKED.has(language) ? foldDiacritics(word.toLowerCase()) : word.toLowerCase();
    const known = stems.get(lower);
    if (known !== undefined) return known;
    const term = foldDiacritics(stem(lower)).slice(0, MAX_TERM_CHARS);
    if (stems.size >= MAX_CACHED_STEMS) stems.clear();
    stems.set(lower, term);
    return term;
  };

  const analyzePlain = (word: string): AnalyzedWord => {
    const lower = word.toLowerCase();
    const isStop = stopWords.has(lower);
    const term = termOf(lower.replaceAll("'", ""));
    return {
      terms: [{ term, units: FULL_UNITS, role: "word" }],
      length: isStop ? 0 : 1,
      isStop,
    };
  };

  return {
    analyze(surface) {
      const word = normalizeWord(surface);
      if (PLAIN_WORD.test(word)) return analyzePlain(word);
      const contraction = APOSTROPHE.exec(word);
      if (contraction) {
        const after = contraction[2] ?? "";
        if (ELIDING.has(language) && after.length > 1) return analyzePlain(after);
        return analyzePlain(word.replace(/'s$/i, ""));
      }
      return analyzeIdentifier(word, termOf);
    },
  };
}

function analyzeIdentifier(word: string, termOf: (word: string) => string): AnalyzedWord {
  const terms: AnalyzedTerm[] = [];
  const add = (term: string, units: number, role: TermRole): void => {
    if (term === "" || terms.length >= MAX_SURFACE_TERMS) return;
    if (!terms.some((each) => each.term === term)) terms.push({ term, units, role });
  };
  const nameTerm = (name: string): string =>
    isLetters(name) ? termOf(name) : foldDiacritics(name.toLowerCase());

  if (SHORT_NAME.test(word)) {
    add(word.toLowerCase(), FULL_UNITS, "whole");
    return { terms, length: 1, isStop: false };
  }
  const names = namesOf(word.endsWith("'s") ? word.slice(0, -2) : word);
  const alone = names.length === 1;
  if (!alone || word.startsWith(".")) addWhole(word, names, add, nameTerm);
  const isHyphenated = alone && HYPHENATED.test(word);
  let length = 1;
  for (const name of names) {
    const parts = partsOf(name);
    const role: TermRole = isHyphenated ? "hyphenated" : alone ? "joined" : "component";
    // The numbers of a version or a date say nothing alone.
    if (!alone && /^\p{N}+$/u.test(name)) continue;
    const joined = nameTerm(joinName(name)).slice(0, MAX_TERM_CHARS);
    add(joined, alone ? FULL_UNITS : MOST_UNITS, role);
    if (parts.length < 2) continue;
    if (isHyphenated) length = parts.length;
    for (const part of parts) {
      if (isHyphenated) add(nameTerm(part), FULL_UNITS, "word");
      else if (part.length > 1) add(nameTerm(part), HALF_UNITS, "part");
    }
  }
  return { terms, length, isStop: false };
}

/** Adds an identifier of several names as one term. */
function addWhole(
  word: string,
  names: readonly string[],
  add: (term: string, units: number, role: TermRole) => void,
  nameTerm: (name: string) => string,
): void {
  const joined = names.map(joinName);
  const whole = joined.join(".").toLowerCase();
  const dot = word.startsWith(".") ? "." : "";
  // `v1.2.3` is the version 1.2.3.
  const named = dot + (VERSION.test(whole) ? whole.slice(1) : whole);
  add(foldDiacritics(named).slice(0, MAX_TERM_CHARS), FULL_UNITS, "whole");
  // `Node.js` is also written `nodejs`.
  const inOne = joined.join("");
  if (names.length === 2 && isLetters(inOne)) add(nameTerm(inOne), HALF_UNITS, "part");
}
