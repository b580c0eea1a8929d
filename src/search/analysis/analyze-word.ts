import { FULL_UNITS, HALF_UNITS, MOST_UNITS } from "../ranking/scoring.ts";
import { foldDiacritics, normalizeWord } from "./fold.ts";
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

/** Terms of one word, at most: a path of a hundred parts is no better found by all of them. */
const MAX_TERMS = 16;
const MAX_TERM_CHARS = 64;
const MAX_CACHED_STEMS = 20_000;

const PLAIN_WORD = /^(?:\p{Lu}?[\p{Ll}\p{Lo}\p{Lm}\p{M}]+|\p{Lu}+)$/u;
const APOSTROPHE = /^(\p{L}{1,5})'(\p{L}+)$/u;
const HYPHENATED = /^\p{L}\p{Ll}*(?:-\p{L}\p{Ll}*)+$/u;
const ONLY_LETTERS = /^[\p{L}\p{M}]+$/u;
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
  const terms = new Map<string, AnalyzedTerm>();
  const add = (term: string, units: number, role: TermRole): void => {
    if (term !== "" && !terms.has(term) && terms.size < MAX_TERMS) {
      terms.set(term, { term, units, role });
    }
  };
  const nameTerm = (name: string): string =>
    ONLY_LETTERS.test(name) ? termOf(name) : foldDiacritics(name.toLowerCase());

  if (/^(?:\p{L}|\p{L}+\+\+|\p{L}#)$/u.test(word) || /^-\p{L}$/u.test(word)) {
    add(word.toLowerCase(), FULL_UNITS, "whole");
    return { terms: [...terms.values()], length: 1, isStop: false };
  }
  const names = word
    .replace(/'s$/i, "")
    .split(/[./:#@\\']+/)
    .filter((name) => name !== "");
  const joinedNames = names.map((name) => name.replace(/[-_]+/g, ""));
  if (names.length > 1 || word.startsWith(".")) {
    const whole = joinedNames
      .join(".")
      .toLowerCase()
      .replace(/^v(?=\d+\.)/, "");
    const dot = word.startsWith(".") ? "." : "";
    add(foldDiacritics(dot + whole).slice(0, MAX_TERM_CHARS), FULL_UNITS, "whole");
    // `Node.js` is also written `nodejs`.
    if (names.length === 2 && ONLY_LETTERS.test(joinedNames.join(""))) {
      add(nameTerm(joinedNames.join("")), HALF_UNITS, "part");
    }
  }
  const isHyphenated = names.length === 1 && HYPHENATED.test(word);
  for (const [index, name] of names.entries()) {
    const alone = names.length === 1;
    const parts = partsOf(name);
    const role: TermRole = isHyphenated ? "hyphenated" : alone ? "joined" : "component";
    const joined = joinedNames[index] ?? name;
    // The numbers of a version or a date say nothing alone.
    if (!alone && /^\p{N}+$/u.test(name)) continue;
    add(nameTerm(joined).slice(0, MAX_TERM_CHARS), alone ? FULL_UNITS : MOST_UNITS, role);
    if (parts.length < 2) continue;
    for (const part of parts) {
      if (isHyphenated) add(nameTerm(part), FULL_UNITS, "word");
      else if (part.length > 1) add(nameTerm(part), HALF_UNITS, "part");
    }
  }
  const length = isHyphenated ? names.flatMap(partsOf).length : 1;
  return { terms: [...terms.values()], length, isStop: false };
}

/**
 * The pieces of a name: `max-old-space-size`, `ERR_FOO_BAR`, `flatMap`, `HTTPSConnection`. Digits
 * stay with the letters before them (`utf8`, `E0382`), whose letters are a piece too when they are
 * a word of their own (`python3`).
 */
function partsOf(name: string): string[] {
  const parts = name
    .replace(/([\p{Ll}\p{N}])(?=\p{Lu})/gu, "$1_")
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, "$1_")
    .split(/[-_]+/)
    .filter((part) => part !== "");
  if (parts.length > 1) return parts;
  const lettered = /^(\p{L}{3,})\p{N}+$/u.exec(name)?.[1];
  return lettered === undefined ? parts : [name, lettered];
}
