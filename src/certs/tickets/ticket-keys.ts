import { isRecord, numberIn, parseJson, stringIn } from "../parse-json.ts";

/** What session tickets are sealed with during one period (RFC 5077 §4). */
export interface TicketKey {
  /** Beginning of its period, in epoch milliseconds. */
  readonly from: number;
  /** 48 random bytes: name, HMAC and AES key, as OpenSSL takes them. */
  readonly key: Buffer;
}

/**
 * How long a key makes tickets. Who steals it can read the TLS 1.2 sessions that it resumed, so it
 * does not get old.
 */
export const TICKET_KEY_LIFE_MS: number = 12 * 3_600_000;
export const TICKET_KEY_BYTES = 48;

const FORMAT = 1;
/** The current key and the next one, and room for those of a clock that goes wrong. */
const MAX_KEYS = 8;

/** The key to use now; undefined when none of them is for now. */
export function currentTicketKey(keys: readonly TicketKey[], now: number): TicketKey | undefined {
  return keys.findLast(({ from }) => from <= now && now < from + TICKET_KEY_LIFE_MS);
}

/**
 * The keys that should be there: one for now and one for the period after, which everybody has read
 * long before it begins. Periods are the same for all, so all change at the same time. What is over
 * is dropped: nobody can read any more what it sealed. The very same array when nothing is missing.
 */
export function planTicketKeys(
  keys: readonly TicketKey[],
  now: number,
  makeKey: () => Buffer,
): readonly TicketKey[] {
  const kept = keys.filter(
    ({ from }) => now < from + TICKET_KEY_LIFE_MS && from <= now + 2 * TICKET_KEY_LIFE_MS,
  );
  const thisPeriod = Math.floor(now / TICKET_KEY_LIFE_MS) * TICKET_KEY_LIFE_MS;
  const missing = [thisPeriod, thisPeriod + TICKET_KEY_LIFE_MS]
    .filter((from) => !kept.some((one) => one.from === from))
    .map((from) => ({ from, key: makeKey() }));
  if (missing.length === 0 && kept.length === keys.length) return keys;
  return [...kept, ...missing].toSorted((a, b) => a.from - b.from);
}

export function writeTicketKeys(keys: readonly TicketKey[]): string {
  const written = keys.map(({ from, key }) => ({ from, key: key.toString("base64") }));
  return `${JSON.stringify({ format: FORMAT, keys: written })}\n`;
}

/** Oldest first; none for what no version of ours has written. */
export function readTicketKeys(text: string): readonly TicketKey[] {
  const value = parseJson(text);
  if (!isRecord(value) || numberIn(value, "format") !== FORMAT) return [];
  const list: unknown = value["keys"];
  if (!Array.isArray(list) || list.length > MAX_KEYS) return [];
  const keys = list.map(readKey);
  const whole = keys.filter((key) => key !== undefined);
  return whole.length === keys.length ? whole.toSorted((a, b) => a.from - b.from) : [];
}

function readKey(value: unknown): TicketKey | undefined {
  if (!isRecord(value)) return undefined;
  const from = numberIn(value, "from");
  const key = Buffer.from(stringIn(value, "key") ?? "", "base64");
  return from !== undefined && key.length === TICKET_KEY_BYTES ? { from, key } : undefined;
}
