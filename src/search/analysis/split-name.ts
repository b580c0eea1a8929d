/** Punctuation that ends one name and begins the next: `Array.prototype`, `std::vec`, `a@b`. */
const BETWEEN_NAMES = new Set("./:#@\\'");

/** The names of an identifier: what stands between dots, slashes, colons and their like. */
export function namesOf(identifier: string): string[] {
  const names: string[] = [];
  let start = 0;
  for (let i = 0; i <= identifier.length; i++) {
    if (i < identifier.length && !BETWEEN_NAMES.has(identifier[i]!)) continue;
    if (i > start) names.push(identifier.slice(start, i));
    start = i + 1;
  }
  return names;
}

/** A name in one: without dashes and underscores. */
export function joinName(name: string): string {
  return name.includes("_") || name.includes("-") ? name.replace(/[-_]+/g, "") : name;
}

/**
 * The pieces of a name: `max-old-space-size`, `ERR_FOO_BAR`, `flatMap`, `HTTPSConnection`. Digits
 * stay with the letters before them (`utf8`, `E0382`), whose letters are a piece too when they are
 * a word of their own (`python3`).
 */
export function partsOf(name: string): string[] {
  const parts: string[] = [];
  let start = 0;
  const cut = (end: number, next: number): void => {
    if (end > start) parts.push(name.slice(start, end));
    start = next;
  };
  let before = OTHER;
  let previous = OTHER;
  for (let i = 0; i < name.length; i++) {
    const char = name[i]!;
    if (char === "_" || char === "-") {
      cut(i, i + 1);
      before = previous = OTHER;
      continue;
    }
    const kind = kindOf(char);
    if (kind === UPPER && (previous === LOWER || previous === DIGIT)) cut(i, i);
    // The last capital of several begins the next word.
    else if (kind === LOWER && previous === UPPER && before === UPPER) cut(i - 1, i - 1);
    before = previous;
    previous = kind;
  }
  cut(name.length, name.length);
  if (parts.length > 1) return parts;
  const letters = lettersBefore(name);
  return letters >= MIN_LETTERS && letters < name.length && /^\p{N}+$/u.test(name.slice(letters))
    ? [name, name.slice(0, letters)]
    : parts;
}

const MIN_LETTERS = 3;
const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;

function kindOf(char: string): number {
  const code = char.charCodeAt(0);
  if (code < 128) {
    if (code >= 0x61 && code <= 0x7a) return LOWER;
    if (code >= 0x41 && code <= 0x5a) return UPPER;
    return code >= 0x30 && code <= 0x39 ? DIGIT : OTHER;
  }
  if (char.toUpperCase() !== char) return LOWER;
  return char.toLowerCase() === char ? OTHER : UPPER;
}

function lettersBefore(name: string): number {
  let end = 0;
  while (end < name.length && kindOf(name[end]!) !== DIGIT) end += 1;
  return end;
}

/** Whether a word is letters and their marks only. */
export function isLetters(word: string): boolean {
  for (let i = 0; i < word.length; i++) {
    const code = word.charCodeAt(i);
    if (code > 127) return /^[\p{L}\p{M}]+$/u.test(word);
    if (!((code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a))) return false;
  }
  return word !== "";
}
