/** Beyond this a Date is invalid; our "never" is an infinite number. */
const MAX_DATE_MS = 8.64e15;

/** ISO 8601, or null for an instant that never comes. */
export function isoInstant(ms: number): string | null {
  return Math.abs(ms) <= MAX_DATE_MS ? new Date(ms).toISOString() : null;
}

/** `2027-03-02 04:12 UTC`. */
export function shortInstant(ms: number): string {
  const iso = isoInstant(ms);
  return iso === null ? "never" : `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
