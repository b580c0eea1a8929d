import type { UnspacedScript } from "./segment.ts";

/** What a character is to the tokenizer. */
export const SEPARATOR = 0;
export const LETTER = 1;
export const DIGIT = 2;
/** Continues a word and never begins one: combining marks, joiners, the soft hyphen. */
export const MARK = 3;
/** Written without spaces, and indexed as overlapping pairs: Han, kana, hangul. */
export const CJK = 4;
/** Written without spaces, and cut by `segmentWords`: see {@link UNSPACED_SCRIPTS}. */
export const UNSPACED = 5;

/** Scripts of class {@link UNSPACED} are this plus their place in {@link UNSPACED_SCRIPTS}. */
export const UNSPACED_SCRIPTS: readonly UnspacedScript[] = ["thai", "lao", "khmer", "myanmar"];

const UNSPACED_PATTERNS = [
  /\p{Script=Thai}/u,
  /\p{Script=Lao}/u,
  /\p{Script=Khmer}/u,
  /\p{Script=Myanmar}/u,
];
const CJK_PATTERN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u30fc\uff70]/u;
const WORD_JOINERS = /[\u00ad\u200b-\u200d\u2060\ufeff]/u;

/** Classes of 256 characters each, made when a text first holds one of them. */
const pages: (Uint8Array | undefined)[] = [];

/** The class of a code point; {@link UNSPACED} or above is an unspaced script. */
export function charClassOf(codePoint: number): number {
  const number = codePoint >>> 8;
  const page = pages[number] ?? (pages[number] = makePage(number));
  return page[codePoint & 255]!;
}

function makePage(number: number): Uint8Array {
  const page = new Uint8Array(256);
  for (let low = 0; low < 256; low++) page[low] = classify((number << 8) | low);
  return page;
}

function classify(codePoint: number): number {
  if (codePoint > 0x10ffff) return SEPARATOR;
  const char = String.fromCodePoint(codePoint);
  // The underscore belongs to names in every language that has identifiers.
  if (char === "_") return LETTER;
  if (WORD_JOINERS.test(char)) return MARK;
  const script = UNSPACED_PATTERNS.findIndex((pattern) => pattern.test(char));
  if (script >= 0) return UNSPACED + script;
  if (/\p{M}/u.test(char)) return MARK;
  if (!/[\p{L}\p{N}]/u.test(char) && char !== "\u30fc" && char !== "\uff70") return SEPARATOR;
  if (CJK_PATTERN.test(char)) return CJK;
  return /\p{N}/u.test(char) ? DIGIT : LETTER;
}
