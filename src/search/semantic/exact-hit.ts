import type { QueryPlan } from "../query/plan-query.ts";
import type { EvidenceTable } from "../ranking/evidence.ts";
import { TITLE } from "../ranking/scoring.ts";

/**
 * Whether a document is what the query names, letter by letter: it holds every word as typed, and
 * either its title is made of nothing else, or the query has an identifier or is a single word. No
 * model knows better what is meant by a name.
 */
export function isExactHit(row: number, evidence: EvidenceTable, plan: QueryPlan): boolean {
  const first = row * evidence.wordCount;
  const { words } = plan;
  if (words.length === 0) return false;
  if (words.some((_, word) => evidence.isExact[first + word] !== 1)) return false;
  const isTitle =
    words.every((_, word) => (evidence.fields[first + word]! & (1 << TITLE)) !== 0) &&
    evidence.titleMatches[row]! >= evidence.titleWords[row]!;
  return isTitle || words.length === 1 || words.some(({ isIdentifier }) => isIdentifier);
}
