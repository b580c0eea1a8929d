/** Longest query that is kept; the rest says nothing more of what was looked for. */
export const MAX_KEPT_CHARS = 300;

/** What announces a secret: `password=...`, `api key: ...`, `Bearer ...`. */
const NAMED_SECRET =
  /\b(pass(?:word|wd|phrase)?|secret|token|api[-_ ]?key|access[-_ ]?key|authorization)(["']?\s{0,3}(?:[:=]|\bis\b)\s{0,3}["']?)(?:(?:bearer|basic)\s+)?[^\s"']+/giu;
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi;
/** Credentials before the host, and the query, of a URL. */
const URL_CREDENTIALS = /(:\/\/)[^\s/@]{1,200}@/g;
const URL_QUERY = /(https?:\/\/[^\s?#]{1,300})[?#]\S*/gi;
const EMAIL = /[^\s@<>()[\],;:"']{1,64}@[^\s@<>()[\],;:"']{1,253}/g;
/** Six digits or more, with what people put between them: cards, telephones, accounts. */
const LONG_NUMBER = /\+?\d(?:[ ().\-/]{0,2}\d){5,40}/g;
/** What a version, a date or an error code may look like, and a number of a person does not. */
const SHORT_DIGITS = /^(?:\d{4}-\d{2}-\d{2}|\d{1,3}(?:\.\d{1,3}){2,3}|20\d{2}\.\d{1,2}\.\d{1,2})$/;
const KNOWN_KEY =
  /\b(?:sk|pk|rk|ghp|gho|ghs|ghu|github_pat|glpat|xox[abprs]|dpk|npm|hf|AKIA|ASIA|AIza|eyJ)[-_]?[\w.-]{8,}/g;
const WORD = /[\w+/=~-]{12,}/g;

/**
 * A query as it may be kept: e-mail addresses, keys, tokens, what is named a password, and long
 * numbers are replaced by what they were. What looks like neither cannot be told from words.
 */
export function maskQuery(query: string): string {
  return query
    .slice(0, MAX_KEPT_CHARS * 4)
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(NAMED_SECRET, "$1$2[secret]")
    .replaceAll(BEARER, "$1 [secret]")
    .replaceAll(URL_CREDENTIALS, "$1[secret]@")
    .replaceAll(URL_QUERY, "$1?[secret]")
    .replaceAll(EMAIL, (found) => (found.startsWith("[secret]") ? found : "[e-mail]"))
    .replaceAll(KNOWN_KEY, "[key]")
    .replaceAll(WORD, (word) => (looksRandom(word) ? "[key]" : word))
    .replaceAll(LONG_NUMBER, (found) => (SHORT_DIGITS.test(found) ? found : "[number]"))
    .slice(0, MAX_KEPT_CHARS)
    .trim();
}

/**
 * Whether a word is made by a generator: hexadecimal, digits all over, or letters whose case changes
 * at every turn. Names that people write (`maxResultSizeChars`, `ERR_LISTEN_IN_USE`) are not.
 */
function looksRandom(word: string): boolean {
  if (/^[\da-f-]{16,}$/i.test(word) || /^[\w+/-]{14,}={1,2}$/.test(word)) return true;
  const digits = word.replaceAll(/\D/g, "").length;
  if (word.length >= 16 && digits >= 3) return true;
  let turns = 0;
  for (let at = 1; at < word.length; at++) {
    if (kindOf(word[at]) !== kindOf(word[at - 1])) turns += 1;
  }
  return turns / word.length > (word.length < 20 ? 0.4 : 0.3);
}

function kindOf(char = ""): "upper" | "lower" | "other" {
  if (char >= "a" && char <= "z") return "lower";
  return char >= "A" && char <= "Z" ? "upper" : "other";
}
