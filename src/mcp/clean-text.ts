/**
 * Characters that a reader does not see and a model does. Pages are data; what is hidden in them is
 * no part of the documentation.
 */
const HIDDEN_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x00, 0x08], // controls but tab and line feed
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad], // soft hyphen
  [0x34f, 0x34f], // combining grapheme joiner
  [0x61c, 0x61c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x17b4, 0x17b5], // Khmer vowels without a shape
  [0x180b, 0x180f], // Mongolian variation selectors
  [0x200b, 0x200b], // zero-width space
  [0x200e, 0x200f], // directional marks
  [0x202a, 0x202e], // directional embeddings and overrides
  [0x2060, 0x206f], // word joiner, invisible operators, directional isolates
  [0x3164, 0x3164], // Hangul filler
  [0xfe00, 0xfe0d], // variation selectors but emoji's own two
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // Hangul filler, half width
  [0xfff9, 0xfffb], // interlinear annotation
  [0xe0000, 0xe0fff], // tags, variation selectors supplement
];

const HIDDEN = new RegExp(`[${charClass(HIDDEN_RANGES)}]+`, "gu");

/**
 * Zero-width (non-)joiners belong to Persian, to Indic scripts and to emoji, so one is kept between
 * two characters beyond ASCII. Rows of them, and any beside ASCII, are a hiding place.
 */
const BESIDE_ASCII = charClass([[0x00, 0x7f]]);
const STRAY_JOINERS = new RegExp(
  `(?<=^|[${BESIDE_ASCII}])[\\u200C\\u200D]+|[\\u200C\\u200D]+(?=[${BESIDE_ASCII}]|$)|(?<=[\\u200C\\u200D])[\\u200C\\u200D]+`,
  "g",
);

/** A cheap look that spares almost every text the passes. */
const SUSPECT = new RegExp(
  `[${charClass([...HIDDEN_RANGES, [0x200c, 0x200d], [0x2028, 0x2029], [0xd800, 0xdfff]])}]`,
  "u",
);

/** `text` without hidden characters; line ends are line feeds and lone surrogates U+FFFD. */
export function cleanText(text: string): string {
  if (!SUSPECT.test(text)) return text;
  return text
    .replace(/\r\n?|[\u2028\u2029]/g, "\n")
    .replace(HIDDEN, "")
    .replace(STRAY_JOINERS, "")
    .replace(/\p{Surrogate}/gu, "\uFFFD");
}

/** One line of at most `maxChars` characters, for titles, names and what a caller typed. */
export function cleanLine(text: string, maxChars: number = 200): string {
  // Twice the length is enough to look at: what is cleaned away is at most a nuisance.
  const line = cleanText(text.slice(0, maxChars * 2))
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= maxChars) return line;
  return `${cleanText(line.slice(0, maxChars - 1)).trimEnd()}…`;
}

function charClass(ranges: readonly (readonly [first: number, last: number])[]): string {
  const escape = (code: number): string =>
    code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, "0")}`;
  return ranges.map(([first, last]) => `${escape(first)}-${escape(last)}`).join("");
}
