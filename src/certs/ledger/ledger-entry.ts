import { createHash } from "node:crypto";
import { booleanIn, isRecord, numberIn, parseJson, stringIn } from "../parse-json.ts";

const KINDS = [
  /** We are about to try for a certificate; `why` says what for. */
  "attempt",
  "account-requested",
  /** newOrder is about to be sent; `exempt` when inside the CA's renewal window. */
  "order-requested",
  "order-created",
  /** An order of an earlier attempt or an earlier life of the process is gone on with. */
  "order-resumed",
  /** The CA will not do anything more with the order at `url`. */
  "order-closed",
  /** The CA is about to be told to look at `identifier`. */
  "validation-requested",
  "validated",
  "validation-failed",
  "finalize-requested",
  "issued",
  /** The attempt failed; the next is not before `until`. */
  "failed",
  /** The cause of the last failure is gone: the wait by our own schedule is off. */
  "cause-gone",
  "revoked",
] as const;

export type LedgerKind = (typeof KINDS)[number];

/** One thing that happened, or is about to: it is written before the request is sent. */
export interface LedgerEntry {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly kind: LedgerKind;
  /** Directory URL of the CA. */
  readonly ca: string;
  /** The set of identifiers, as {@link identifierSetKey} writes it. */
  readonly set: string;
  readonly identifier?: string | undefined;
  /** Challenge type: `http-01`, `tls-alpn-01`, `dns-01`. */
  readonly challenge?: string | undefined;
  /** The order's URL. */
  readonly url?: string | undefined;
  /** Problem type or error code. */
  readonly type?: string | undefined;
  /** One sentence for people. */
  readonly detail?: string | undefined;
  /** The one thing to do about it. */
  readonly fix?: string | undefined;
  /** What the CA itself said. */
  readonly caWords?: string | undefined;
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  /** Inside the CA's renewal window, so that it costs none of its limits. */
  readonly exempt?: boolean | undefined;
  /** What an attempt is for, or the cause of a failure. */
  readonly why?: string | undefined;
  /** What could be seen of the cause when it failed: a change means that it may be gone. */
  readonly observed?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** Epoch milliseconds. */
  readonly notAfter?: number | undefined;
}

/** An entry before it is stamped and told whose it is. */
export type NewLedgerEntry = Omit<LedgerEntry, "at" | "set">;

const MAX_TEXT_CHARS = 500;

/**
 * Names the exact set of identifiers, whatever their order and case; the CA's limits go by it. The
 * names themselves, or, when they are many, their hash: each line of the ledger has it.
 */
export function identifierSetKey(names: readonly string[]): string {
  const set = [...new Set(names.map((name) => name.toLowerCase()))].toSorted().join(",");
  if (set.length <= MAX_TEXT_CHARS) return set;
  return `sha256:${createHash("sha256").update(set).digest("hex")}`;
}

/** One line of the ledger, without its line feed. Texts are cut to 500 characters. */
export function formatLedgerEntry(entry: LedgerEntry): string {
  return JSON.stringify(entry, (_, value: unknown) =>
    typeof value === "string" ? value.slice(0, MAX_TEXT_CHARS) : value,
  );
}

/** Undefined for a line that is torn, or of a kind that another version wrote. */
export function parseLedgerEntry(line: string): LedgerEntry | undefined {
  const value = parseJson(line);
  if (!isRecord(value)) return undefined;
  const at = numberIn(value, "at");
  const kind = KINDS.find((each) => each === value["kind"]);
  const ca = stringIn(value, "ca");
  const set = stringIn(value, "set");
  if (at === undefined || !kind || ca === undefined || set === undefined) return undefined;
  return {
    at,
    kind,
    ca,
    set,
    identifier: stringIn(value, "identifier"),
    challenge: stringIn(value, "challenge"),
    url: stringIn(value, "url"),
    type: stringIn(value, "type"),
    detail: stringIn(value, "detail"),
    fix: stringIn(value, "fix"),
    caWords: stringIn(value, "caWords"),
    until: numberIn(value, "until"),
    exempt: booleanIn(value, "exempt"),
    why: stringIn(value, "why"),
    observed: stringIn(value, "observed"),
    serialNumber: stringIn(value, "serialNumber"),
    notAfter: numberIn(value, "notAfter"),
  };
}
