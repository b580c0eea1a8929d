import { COMMON_WORDS } from "./common-words.ts";

/**
 * The rule by which `max_tokens` is counted: an upper estimate of what any current byte-pair
 * tokenizer makes of a text, in one pass over its UTF-16 units and with no vocabulary.
 *
 * - A run of ASCII letters is 1 when it is a common English word or one letter, otherwise 0.3 and
 *   0.6 a letter (0.66 in capitals, 0.72 in mixed case).
 * - A run of digits is 0.5 and 0.5 a digit.
 * - A space before a letter is free (tokenizers join the two), any other is 1; a run of spaces is
 *   1 more and 1/16 a space.
 * - A JSON escape (`\n`, `\"`) is 2, `\u0000` is 6. Other ASCII is 1 each; from the third of the
 *   same sign in a row 0.55, or 0.2 for what rulers are made of (`-=*#_.~+/`).
 * - Beyond ASCII each UTF-16 unit has the price of its script: 1.5 for Cyrillic, 1.7 for kana, 2.4
 *   for Han, ... and what is not listed costs its bytes in UTF-8.
 * - 8 on top, because short texts vary most.
 *
 * It is about 1.9 times the true count for English Markdown and 2-4 times for other scripts: a
 * client's context is never overrun, and never filled. Tests hold it above two real tokenizers.
 */
export function countTokens(text: string): number {
  return tokensOf(priceOf(text));
}

/**
 * What a text costs, in ten-thousandths of a token and without the flat 8: a whole number, so that the
 * prices of parts add up to that of the whole. They do where no part ends with the sign that the next
 * one begins with, nor with a space, a word or a number that goes on there.
 */
export function priceOf(text: string): number {
  return scan(text, Number.POSITIVE_INFINITY).price;
}

/** The tokens of a text of this price. */
export function tokensOf(price: number): number {
  return Math.ceil(BASE + price / TOKEN);
}

/**
 * How many UTF-16 units from the start of `text` cost at most `budget` by the same rule (its flat 8
 * left out, because it is paid once a message). Never cuts inside a word, a number or a pair of
 * surrogates.
 */
export function fitTokens(text: string, budget: number): number {
  return scan(text, budget * TOKEN).end;
}

const BASE = 8;
/** A token, as prices are counted: each price of the rule is a whole number of its ten-thousandths. */
const TOKEN = 10_000;
const BACKSLASH = 92;
const SPACE = 32;
const RULERS = "-=*#_.~+/";

function scan(text: string, budget: number): { readonly price: number; readonly end: number } {
  const length = text.length;
  let total = 0;
  let at = 0;
  while (at < length) {
    const code = text.charCodeAt(at);
    let end = at + 1;
    let price: number;
    if (code >= 128) {
      if (code >= 0xd800 && code < 0xdc00 && end < length) end++;
      price = (end - at) * unitPrice(code);
    } else if (isLetter(code)) {
      let capitals = code < 97 ? 1 : 0;
      let hash = hashStep(0, code);
      for (; end < length; end++) {
        const next = text.charCodeAt(end);
        if (!isLetter(next)) break;
        if (next < 97) capitals++;
        hash = hashStep(hash, next);
      }
      price = wordPrice(end - at, capitals, code < 97, hash);
    } else if (code >= 48 && code <= 57) {
      while (end < length && isDigit(text.charCodeAt(end))) end++;
      price = 5_000 + 5_000 * (end - at);
    } else if (code === SPACE) {
      while (end < length && text.charCodeAt(end) === SPACE) end++;
      const run = end - at;
      const joins = end < length && isLetter(text.charCodeAt(end));
      price = (joins ? 0 : TOKEN) + (run > 1 ? TOKEN + run * 625 : 0);
    } else if (code === BACKSLASH) {
      const isUnicodeEscape = text.charCodeAt(end) === 117;
      end = Math.min(length, at + (isUnicodeEscape ? 6 : 2));
      price = isUnicodeEscape ? 6 * TOKEN : 2 * TOKEN;
    } else {
      while (end < length && text.charCodeAt(end) === code) end++;
      const more = RULERS.includes(text.charAt(at)) ? 2_000 : 5_500;
      price = Math.min(end - at, 2) * TOKEN + more * Math.max(0, end - at - 2);
    }
    if (total + price > budget) break;
    total += price;
    at = end;
  }
  return { price: total, end: at };
}

function isLetter(code: number): boolean {
  const lower = code | 32;
  return lower >= 97 && lower <= 122 && code < 128;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function wordPrice(length: number, capitals: number, isCapitalised: boolean, hash: number): number {
  if (length === 1) return TOKEN;
  const isPlain = capitals === 0 || (capitals === 1 && isCapitalised);
  if (isPlain && isCommon(hash)) return TOKEN;
  return 3_000 + length * (isPlain ? 6_000 : capitals === length ? 6_600 : 7_200);
}

/**
 * The common words as hashes of their small letters in a table with open addressing: a slice and a
 * lookup in a set of strings for every word would be most of the time that counting takes. That a
 * word shares the 32 bits of another by chance is as likely as one in two million.
 */
const TABLE_SIZE = 8192;
const COMMON_HASHES: Int32Array = hashTable();

function hashTable(): Int32Array {
  const table = new Int32Array(TABLE_SIZE);
  for (const word of COMMON_WORDS) {
    let hash = 0;
    for (let at = 0; at < word.length; at++) hash = hashStep(hash, word.charCodeAt(at));
    let slot = slotOf(hash);
    while (table[slot] !== 0) slot = (slot + 1) % TABLE_SIZE;
    table[slot] = hash;
  }
  return table;
}

function isCommon(hash: number): boolean {
  for (let slot = slotOf(hash); COMMON_HASHES[slot] !== 0; slot = (slot + 1) % TABLE_SIZE) {
    if (COMMON_HASHES[slot] === hash) return true;
  }
  return false;
}

/** FNV-1a over the letters without their case. */
function hashStep(hash: number, code: number): number {
  return Math.imul(hash ^ (code | 32), 0x01000193);
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & (TABLE_SIZE - 1);
}

/** Price of one UTF-16 unit beyond ASCII: the dearest that random text of its script measured. */
function unitPrice(code: number): number {
  if (code < 0x100) return 15_000; // Latin-1
  if (code < 0x250) return 20_000; // Latin Extended
  if (code < 0x400) return 20_000; // Greek
  if (code < 0x530) return 15_000; // Cyrillic
  if (code < 0x590) return 20_000; // Armenian
  if (code < 0x700) return 15_000; // Hebrew, Arabic
  if (code < 0x800) return 20_000;
  if (code >= 0xe00 && code < 0xe80) return 20_000; // Thai
  if (code >= 0x3041 && code < 0x3100) return 17_000; // kana
  if (code >= 0x4e00 && code < 0xa000) return 24_000; // Han
  if (code >= 0xac00 && code < 0xd7a4) return 27_000; // Hangul
  if (code >= 0xd800 && code < 0xe000) return 20_000; // half of a 4-byte character
  return 30_000;
}
