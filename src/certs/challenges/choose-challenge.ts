import type { ChallengeType } from "../../acme/challenge.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";

export interface ChallengeChoice {
  readonly identifier: string;
  /** Types that the CA offers for the identifier. */
  readonly offered: readonly string[];
  /** Types that we can answer for it, the most promising by itself first. */
  readonly possible: readonly ChallengeType[];
  readonly history: readonly LedgerEntry[];
}

/**
 * The types that can work, the most promising first: what worked last for this identifier, then what
 * has not been tried, then what failed, longest ago first. So a closed port costs one validation,
 * once, and a type that stops working is left after its first failure.
 */
export function rankChallenges(choice: ChallengeChoice): readonly ChallengeType[] {
  const usable = choice.possible.filter((type) => choice.offered.includes(type));
  const scores = new Map(usable.map((type) => [type, scoreOf(type, choice)]));
  return usable.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0));
}

/** Positive when it worked last, 0 when unknown, negative when it failed: the later the lower. */
function scoreOf(type: ChallengeType, { identifier, history }: ChallengeChoice): number {
  const last = history.findLast(
    (entry) =>
      entry.identifier === identifier &&
      entry.challenge === type &&
      (entry.kind === "validated" || entry.kind === "validation-failed"),
  );
  if (!last) return 0;
  return last.kind === "validated" ? last.at : -last.at;
}
