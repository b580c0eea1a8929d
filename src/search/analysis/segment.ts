/** Scripts written without spaces between words, apart from Chinese, Japanese and Korean. */
export type UnspacedScript = "thai" | "lao" | "khmer" | "myanmar";

/**
 * Orthographic syllables: what must stay together whatever the words are. Everything that a script
 * hangs before, above, below or behind a consonant belongs to it.
 */
const SYLLABLE: Readonly<Record<UnspacedScript, RegExp>> = {
  // A leading vowel, a letter, then dependent vowels, tone marks, repetition and abbreviation.
  thai: /[\u0e40-\u0e44]?[^\u0e40-\u0e44][\u0e2f-\u0e3a\u0e45-\u0e4e]*|[\u0e40-\u0e44]/gu,
  lao: /[\u0ec0-\u0ec4]?[^\u0ec0-\u0ec4][\u0eaf-\u0ebd\u0ec6-\u0ece]*|[\u0ec0-\u0ec4]/gu,
  // A letter with its subscripts (coeng and consonant), dependent vowels and signs.
  khmer: /[^\u17d2](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d1\u17dd])*|\u17d2/gu,
  // The same with stacked consonants; a consonant that is silenced (asat) closes the syllable.
  myanmar:
    /[^\u1039](?:\u1039[\u1000-\u1021]|[\u102b-\u1038\u103a-\u103e\u1056-\u1060\u1062-\u1064])*(?:[\u1000-\u1021]\u103a[\u1037\u1038]*)*|\u1039/gu,
};

/**
 * Index units of an unspaced run: overlapping pairs of neighbouring syllables, in order, as
 * half-open UTF-16 ranges of `run`; a run of one syllable is itself the only unit. The same text
 * gives the same units on every machine: a dictionary (`Intl.Segmenter`) would cut differently
 * with each ICU version, and an index must agree with its queries. Linear in the length of `run`.
 */
export function* segmentWords(
  run: string,
  script: UnspacedScript,
): Iterable<{ readonly start: number; readonly end: number }> {
  let previous: { start: number; end: number } | undefined;
  let units = 0;
  for (const match of run.matchAll(SYLLABLE[script])) {
    const syllable = { start: match.index, end: match.index + match[0].length };
    if (previous) {
      yield { start: previous.start, end: syllable.end };
      units += 1;
    }
    previous = syllable;
  }
  if (previous && units === 0) yield previous;
}
