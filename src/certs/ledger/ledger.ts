import type { Clock } from "../../lib/clock.ts";
import { loadText, type Storage } from "../storage.ts";
import {
  formatLedgerEntry,
  type LedgerEntry,
  type NewLedgerEntry,
  parseLedgerEntry,
} from "./ledger-entry.ts";

export const LEDGER_KEY = ".docport/ledger.jsonl";

/** Beyond this the oldest entries go, but none that a limit still counts. */
const MAX_ENTRIES = 2_000;
const COUNTED_FOR_MS = 14 * 86_400_000;
/** An entry that is further ahead than this was written while the clock was wrong. */
const FUTURE_TOLERANCE_MS = 60_000;

/**
 * What was asked of CAs and what came of it, oldest first, on disk before the next step is taken.
 * A restart reads it and knows what is in flight, what is being waited for and what is used up.
 * Write only while holding the lease; read at any time.
 */
export class Ledger {
  readonly #storage: Storage;
  readonly #clock: Clock;
  #entries: readonly LedgerEntry[] = [];
  /** Each entry is written again with every later one, in the same words. */
  readonly #lines = new WeakMap<LedgerEntry, string>();
  #text = "";

  /** Empty until {@link reload}. */
  constructor(storage: Storage, clock: Clock) {
    this.#storage = storage;
    this.#clock = clock;
  }

  /** Reads the ledger; a torn or unknown line is passed over. A missing one is empty. */
  static async open(storage: Storage, clock: Clock): Promise<Ledger> {
    const ledger = new Ledger(storage, clock);
    await ledger.reload();
    return ledger;
  }

  /** Reads again what another process may have written. */
  async reload(): Promise<void> {
    const text = (await loadText(this.#storage, LEDGER_KEY)) ?? "";
    if (text === this.#text) {
      this.#entries = reanchor(this.#entries, this.#clock.now());
      return;
    }
    this.#text = text;
    const entries = text.split("\n").flatMap((line) => parseLedgerEntry(line) ?? []);
    this.#entries = reanchor(entries, this.#clock.now());
  }

  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Resolves when the entries would survive a power cut: all of them, or none. */
  async append(set: string, ...added: readonly NewLedgerEntry[]): Promise<void> {
    const now = this.#clock.now();
    const stamped = added.map((entry) => ({ at: now, set, ...entry }));
    const kept = compact([...reanchor(this.#entries, now), ...stamped], now);
    const text = `${kept.map((entry) => this.#lineOf(entry)).join("\n")}\n`;
    await this.#storage.store(LEDGER_KEY, text);
    this.#text = text;
    this.#entries = kept;
  }

  #lineOf(entry: LedgerEntry): string {
    const line = this.#lines.get(entry) ?? formatLedgerEntry(entry);
    this.#lines.set(entry, line);
    return line;
  }
}

/**
 * Moves entries from the future to now, with the waits they began: they were written while the
 * clock was ahead, and a wait until 2036 that began in 2036 is as long as it is, from now.
 */
export function reanchor(entries: readonly LedgerEntry[], now: number): readonly LedgerEntry[] {
  if (!entries.some(({ at }) => at > now + FUTURE_TOLERANCE_MS)) return entries;
  return entries.map((entry) => {
    if (entry.at <= now + FUTURE_TOLERANCE_MS) return entry;
    const until = entry.until === undefined ? {} : { until: now + (entry.until - entry.at) };
    return { ...entry, ...until, at: now };
  });
}

function compact(entries: readonly LedgerEntry[], now: number): readonly LedgerEntry[] {
  const surplus = entries.length - MAX_ENTRIES;
  if (surplus <= 0) return entries;
  return entries.filter((entry, i) => i >= surplus || entry.at > now - COUNTED_FOR_MS);
}
