/** What can be said about this computer's clock. */
export type ClockVerdict =
  | { readonly kind: "ok"; readonly aheadMs?: undefined }
  /** Off by this much against the CA, ahead when positive. Still good enough to act on. */
  | { readonly kind: "off"; readonly aheadMs: number }
  /** No order may be based on it. `aheadMs` is missing when it is absurd by itself. */
  | { readonly kind: "suspect"; readonly aheadMs?: number };

/** A clock before this program was written, or past any certificate's life, is not set at all. */
const EARLIEST = Date.UTC(2026, 0, 1);
const LATEST = Date.UTC(2120, 0, 1);

const NOTABLE_MS = 5 * 60_000;
/** A day off moves a renewal of a six-day certificate out of its window by far. */
const TOO_MUCH_MS = 24 * 3_600_000;

/** How far our clock is ahead of the CA's, in ms, from the Date header of one of its answers. */
export function clockAheadMs(now: number, dateHeader: string | null): number | undefined {
  const caNow = dateHeader === null ? Number.NaN : Date.parse(dateHeader);
  // The header has whole seconds, and a proxy that invents a date is no witness.
  return Number.isFinite(caNow) && caNow >= EARLIEST && caNow < LATEST ? now - caNow : undefined;
}

/** Judges the clock by itself and by the CA's, if that is known. */
export function judgeClock(now: number, aheadMs: number | undefined): ClockVerdict {
  if (!(now >= EARLIEST && now < LATEST)) return { kind: "suspect" };
  if (aheadMs === undefined || Math.abs(aheadMs) < NOTABLE_MS) return { kind: "ok" };
  return Math.abs(aheadMs) > TOO_MUCH_MS ? { kind: "suspect", aheadMs } : { kind: "off", aheadMs };
}

/** One sentence and one fix about a clock that is not ok. */
export function explainClock(
  verdict: Exclude<ClockVerdict, { readonly kind: "ok" }>,
  now: number,
): { readonly sentence: string; readonly fix: string } {
  const fix = "Set the clock of this computer, and keep it set with NTP.";
  const shown = Number.isFinite(now) ? `${new Date(now).toISOString().slice(0, 16)}Z` : "nonsense";
  if (verdict.aheadMs === undefined) {
    return { sentence: `The clock of this computer says ${shown}, which cannot be.`, fix };
  }
  const side = verdict.aheadMs > 0 ? "ahead of" : "behind";
  const off = describeDuration(Math.abs(verdict.aheadMs));
  return { sentence: `The clock of this computer is ${off} ${side} the CA's.`, fix };
}

/** "3 days", "2 hours", "7 minutes": the largest unit that says enough. */
export function describeDuration(ms: number): string {
  const units = [
    ["day", 86_400_000],
    ["hour", 3_600_000],
    ["minute", 60_000],
    ["second", 1_000],
  ] as const;
  const [name, unit] = units.find(([, size]) => ms >= size) ?? ["second", 1_000];
  const count = Math.max(1, Math.round(ms / unit));
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
