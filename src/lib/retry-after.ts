/** Nobody is told to wait longer than this: a limit of a CA fills up again within weeks. */
const MAX_RETRY_AFTER_MS = 31 * 86_400_000;

const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/** Epoch milliseconds of an HTTP date (RFC 9110 §5.6.7, the form that senders must use). */
export function parseHttpDate(text: string | undefined): number | undefined {
  if (text === undefined || !IMF_FIXDATE.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/**
 * The wait that a Retry-After header asks for (RFC 9110 §10.2.3), from 0 to 31 days; `undefined`
 * when there is none or it cannot be read. `serverNow` is what a date is compared with: the reply's
 * own Date header, because our clock may be wrong.
 */
export function parseRetryAfter(text: string | undefined, serverNow: number): number | undefined {
  if (text === undefined) return undefined;
  const date = parseHttpDate(text);
  const waitMs = /^\d{1,12}$/.test(text) ? Number(text) * 1000 : date && date - serverNow;
  return waitMs === undefined ? undefined : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs));
}
