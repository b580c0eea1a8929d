import { normalizeText } from "../corpus/sections/strip-invisible.ts";

/** One line of at most `maxChars` characters, for titles, names and what a caller typed. */
export function cleanLine(text: string, maxChars: number = 200): string {
  // Twice the length is enough to look at: what is cleaned away is at most a nuisance.
  const line = normalizeText(text.slice(0, maxChars * 2))
    .replace(/\s+/g, " ")
    .trim();
  if (line.length <= maxChars) return line;
  return `${normalizeText(line.slice(0, maxChars - 1)).trimEnd()}…`;
}
