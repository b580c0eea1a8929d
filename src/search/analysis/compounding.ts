/**
 * Languages that write compounds as one word, and so often that a part is looked for in them. Others
 * have them too, but mostly with a hyphen or a space.
 */
const COMPOUNDING: ReadonlySet<string> = new Set(["da", "de", "fi", "nb", "nl", "nn", "no", "sv"]);

/** What these languages put between the parts of a compound. */
export const COMPOUND_LINKS: readonly string[] = ["", "s", "es", "n", "en", "e", "er"];

/** Letters of a part, at least: shorter ones are endings and syllables. */
export const MIN_PART_CHARS = 4;

export function isCompounding(language: string): boolean {
  return COMPOUNDING.has(language.split("-", 1)[0] ?? "");
}
