// Marks that writers leave out without changing the word: Latin, Greek and Cyrillic diacritics,
// Hebrew points, Arabic vowel signs. Vowel signs of Indic scripts are letters in all but name.
const OPTIONAL_MARKS = /[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0640\u064b-\u065f\u0670]/g;
const LIGATURES: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  ı: "i",
  þ: "th",
};
const LIGATURE_PATTERN = new RegExp(`[${Object.keys(LIGATURES).join("")}]`, "g");

/** A lower-cased word without its diacritics: what is compared when they do not match. */
export function foldDiacritics(word: string): string {
  if (isAscii(word)) return word;
  return word
    .normalize("NFD")
    .replace(OPTIONAL_MARKS, "")
    .normalize("NFC")
    .replace(LIGATURE_PATTERN, (char) => LIGATURES[char] ?? char);
}

const IGNORED = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/** One spelling for compatibility forms, apostrophes and invisible joiners. Case is kept. */
export function normalizeWord(word: string): string {
  if (isAscii(word)) return word;
  return word.normalize("NFKC").replace(IGNORED, "").replaceAll("’", "'");
}

export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
