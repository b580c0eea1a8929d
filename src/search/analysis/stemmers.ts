import { createRequire } from "node:module";

type Stemmer = (word: string) => string;

/**
 * Loaded when a language is first met: all thirty at once cost 35 ms at start, one costs 1 ms.
 * `require`, because an import that waits would make every caller asynchronous.
 */
const require = createRequire(import.meta.url);

/** Where each language's stemmer is: module names of `@orama/stemmers`, which follow Snowball. */
const ORAMA: Readonly<Record<string, string>> = {
  ar: "arabic",
  bg: "bulgarian",
  da: "danish",
  de: "german",
  el: "greek",
  es: "spanish",
  fi: "finnish",
  fr: "french",
  ga: "irish",
  hi: "indian",
  hu: "hungarian",
  hy: "armenian",
  id: "indonesian",
  it: "italian",
  lt: "lithuanian",
  ne: "nepali",
  nl: "dutch",
  no: "norwegian",
  pt: "portuguese",
  ro: "romanian",
  ru: "russian",
  sr: "serbian",
  sv: "swedish",
  ta: "tamil",
  tr: "turkish",
};

/** Snowball's languages that `@orama/stemmers` lacks, by their name in `snowball-stemmers`. */
const SNOWBALL: Readonly<Record<string, string>> = {
  ca: "catalan",
  cs: "czech",
  eu: "basque",
  sl: "slovene",
};

const ALIASES: Readonly<Record<string, string>> = { nb: "no", nn: "no", in: "id" };

/** Longer "words" are hashes and base64; stemming them is work for nothing. */
const MAX_STEMMED_LENGTH = 48;

const identity: Stemmer = (word) => word;
const cache = new Map<string, Stemmer>();

/** Languages (BCP 47 primary subtags) whose stemmer is not the identity. */
export const STEMMED_LANGUAGES: readonly string[] = [
  "en",
  ...Object.keys(ORAMA),
  ...Object.keys(SNOWBALL),
].toSorted();

/**
 * The Snowball stemmer of a language (English: Porter2), for words in lower case and NFC with
 * their accents. It never throws, never returns "", and gives back unchanged what is not a word
 * of letters or is longer than 48 UTF-16 units. Region and script subtags are ignored; a language
 * without a stemmer gets the identity.
 */
export function stemmerFor(language: string): Stemmer {
  const primary = language.toLowerCase().split("-", 1)[0] ?? "";
  const key = Object.hasOwn(ALIASES, primary) ? (ALIASES[primary] ?? primary) : primary;
  const known = cache.get(key);
  if (known) return known;
  const raw = load(key);
  if (!raw) return identity;
  const stemmer = guarded(raw);
  cache.set(key, stemmer);
  return stemmer;
}

/** Letters, marks, apostrophes, and the joiners that belong to Indic and Persian spelling. */
const LETTERS = /^[\p{L}\p{M}'’\u200c\u200d]+$/u;

function guarded(raw: Stemmer): Stemmer {
  return (word) => {
    if (word.length < 2 || word.length > MAX_STEMMED_LENGTH || !LETTERS.test(word)) return word;
    return raw(word) || word;
  };
}

function load(key: string): Stemmer | undefined {
  if (key === "en") return callable(require("wink-porter2-stemmer"), "wink-porter2-stemmer");
  if (Object.hasOwn(ORAMA, key)) {
    const name = `@orama/stemmers/${ORAMA[key]}`;
    return callable(property(require(name), "stemmer"), name);
  }
  if (Object.hasOwn(SNOWBALL, key)) {
    const create = property(require("snowball-stemmers"), "newStemmer");
    if (typeof create !== "function") throw new TypeError("snowball-stemmers has no newStemmer");
    const stemmer: unknown = create(SNOWBALL[key]);
    const stem = property(stemmer, "stem");
    if (typeof stem !== "function") throw new TypeError("snowball-stemmers has no stem");
    return (word) => String(stem.call(stemmer, word));
  }
  return undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function callable(value: unknown, name: string): Stemmer {
  if (typeof value !== "function") throw new TypeError(`${name} exports no stemmer`);
  return (word) => String(value(word));
}
