import { STOP_WORD_LANGUAGES, stopWordsFor } from "./stop-words.ts";

/** What is looked at of a text; more changes no answer that was worth giving. */
const MAX_UNITS = 4_000;
/** Words weighed for the languages of one script. */
const MAX_WORDS = 400;

/** Scripts that (nearly) one language writes in. */
const SCRIPT_LANGUAGES: readonly (readonly [pattern: RegExp, language: string])[] = [
  [/\p{sc=Hangul}/gu, "ko"],
  [/[\p{sc=Hiragana}\p{sc=Katakana}]/gu, "ja"],
  [/\p{sc=Han}/gu, "zh"],
  [/\p{sc=Greek}/gu, "el"],
  [/\p{sc=Thai}/gu, "th"],
  [/\p{sc=Hebrew}/gu, "he"],
  [/\p{sc=Armenian}/gu, "hy"],
  [/\p{sc=Georgian}/gu, "ka"],
  [/\p{sc=Tamil}/gu, "ta"],
  [/\p{sc=Sinhala}/gu, "si"],
  [/\p{sc=Bengali}/gu, "bn"],
  [/\p{sc=Telugu}/gu, "te"],
  [/\p{sc=Kannada}/gu, "kn"],
  [/\p{sc=Malayalam}/gu, "ml"],
  [/\p{sc=Gujarati}/gu, "gu"],
  [/\p{sc=Gurmukhi}/gu, "pa"],
  [/\p{sc=Lao}/gu, "lo"],
  [/\p{sc=Khmer}/gu, "km"],
  [/\p{sc=Myanmar}/gu, "my"],
  [/\p{sc=Ethiopic}/gu, "am"],
  [/\p{sc=Devanagari}/gu, "devanagari"],
  [/\p{sc=Arabic}/gu, "arabic"],
  [/\p{sc=Cyrillic}/gu, "cyrillic"],
  [/\p{sc=Latin}/gu, "latin"],
];

/** Languages told apart by their words, by the script they share. */
const SHARED_SCRIPTS: Readonly<Record<string, readonly string[]>> = {
  devanagari: ["hi", "mr", "ne"],
  arabic: ["ar", "fa", "ur"],
  cyrillic: ["ru", "uk", "bg", "sr"],
  latin: STOP_WORD_LANGUAGES.filter((code) =>
    /^(?:en|de|fr|es|pt|it|nl|da|sv|no|fi|hu|pl|cs|sk|ro|hr|sl|tr|id|ms|vi|ca|eu|ga|lt|lv|et|uz)$/.test(
      code,
    ),
  ),
};

/** Letters that only these languages (of their script) write; each is worth half a word. */
const LETTERS: readonly (readonly [letters: RegExp, languages: readonly string[]])[] = [
  [/[ąęćńśźż]/g, ["pl"]],
  [/[ěřů]/g, ["cs"]],
  [/[ľĺŕ]/g, ["sk"]],
  [/[őű]/g, ["hu"]],
  [/[ğış]/g, ["tr"]],
  [/[țșăâ]/g, ["ro"]],
  [/[đơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]/g, ["vi"]],
  [/[ãõ]/g, ["pt"]],
  [/[ñ¿¡]/g, ["es"]],
  [/ß/g, ["de"]],
  [/[æø]/g, ["da", "no"]],
  [/[ģķļņ]/g, ["lv"]],
  [/[ėįų]/g, ["lt"]],
  [/[đć]/g, ["hr"]],
  [/[œùêî]/g, ["fr"]],
  [/[іїєґ]/g, ["uk"]],
  [/[ыэ]/g, ["ru"]],
  [/[ђјљњћџ]/g, ["sr"]],
  [/[پچژگ]/g, ["fa", "ur"]],
  [/[ٹڈڑےں]/g, ["ur"]],
  [/[ةىأإ]/g, ["ar"]],
  [/ळ/g, ["mr"]],
];

/** So alike that a short text may be either; the first is taken for it, and serves both well. */
const SIBLINGS: readonly (readonly string[])[] = [
  ["da", "no"],
  ["id", "ms"],
  ["cs", "sk"],
];

/** Common only in the one or the other way of writing Chinese. */
const TRADITIONAL = /[個們這說時來對國學發經過為會後開關點書問機題證據網應實變長數碼選設認訊請]/gu;
const SIMPLIFIED = /[个们这说时来对国学发经过为会后开关点书问机题证据网应实变长数码选设认讯请]/gu;

/**
 * The language that a text is most likely written in, as a BCP 47 primary subtag in lower case
 * (`zh-hans` or `zh-hant` where the characters tell), or "" when there is no telling: no letters,
 * a script that several languages share without one of their common words, or a tie between
 * languages that are not siblings. The script
 * decides first, then function words and the letters that one language alone uses. Looks at the
 * first 4,000 UTF-16 units only.
 */
export function detectLanguage(text: string): string {
  const sample = text.slice(0, MAX_UNITS).normalize("NFC").toLowerCase();
  const script = dominantScript(sample);
  if (script === "zh") return chinese(sample);
  const candidates = SHARED_SCRIPTS[script];
  return candidates ? byWords(sample, candidates) : script;
}

function dominantScript(sample: string): string {
  let best = "";
  let most = 0;
  const counts = new Map<string, number>();
  for (const [pattern, language] of SCRIPT_LANGUAGES) {
    const count = countOf(sample, pattern);
    counts.set(language, count);
    // A character of an unspaced or syllabic script says as much as two or three letters.
    const weight =
      language === "zh" || language === "ja" || language === "ko" ? count * 2.5 : count;
    if (weight > most) {
      best = language;
      most = weight;
    }
  }
  // Japanese is half Han; a few kana among them decide it.
  const kana = counts.get("ja") ?? 0;
  return best === "zh" && kana * 10 > (counts.get("zh") ?? 0) ? "ja" : best;
}

function chinese(sample: string): string {
  const traditional = countOf(sample, TRADITIONAL);
  const simplified = countOf(sample, SIMPLIFIED);
  if (traditional === simplified) return "zh";
  return traditional > simplified ? "zh-hant" : "zh-hans";
}

function byWords(sample: string, candidates: readonly string[]): string {
  const scores = new Map<string, number>();
  const add = (language: string, evidence: number): void => {
    scores.set(language, (scores.get(language) ?? 0) + evidence);
  };
  let seen = 0;
  for (const [word] of sample.matchAll(/[\p{L}\p{M}\u200c'’]+/gu)) {
    if (++seen > MAX_WORDS) break;
    const speakers = languagesOf(word.replaceAll("’", "'"), candidates);
    for (const language of speakers) add(language, 1 / speakers.length);
  }
  for (const [letters, languages] of LETTERS) {
    const shared = languages.filter((language) => candidates.includes(language));
    if (shared.length === 0) continue;
    const count = countOf(sample, letters);
    for (const language of shared) add(language, (0.5 * count) / shared.length);
  }
  const ranked = [...scores].toSorted((a, b) => b[1] - a[1]);
  const [first, second] = ranked;
  if (!first) return "";
  if (first[1] !== second?.[1]) return first[0];
  const tied = ranked.filter(([, score]) => score === first[1]).map(([language]) => language);
  const siblings = SIBLINGS.find((pair) => tied.every((language) => pair.includes(language)));
  return siblings?.find((language) => tied.includes(language)) ?? "";
}

const speakersCache = new Map<string, readonly string[]>();

function languagesOf(word: string, candidates: readonly string[]): readonly string[] {
  if (speakersCache.size === 0) {
    for (const language of STOP_WORD_LANGUAGES) {
      for (const stopWord of stopWordsFor(language)) {
        speakersCache.set(stopWord, [...(speakersCache.get(stopWord) ?? []), language]);
      }
    }
  }
  return speakersCache.get(word)?.filter((language) => candidates.includes(language)) ?? [];
}

function countOf(sample: string, pattern: RegExp): number {
  let count = 0;
  for (const _ of sample.matchAll(pattern)) count += 1;
  return count;
}
