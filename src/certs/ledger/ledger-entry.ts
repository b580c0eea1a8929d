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
  /** The CA named an instant (Retry-After) before which nothing more is to be asked. */
  "wait",
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
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  /** Inside the CA's renewal window, so that it costs none of its limits. */
  readonly exempt?: boolean | undefined;
  readonly why?: string | undefined;
  readonly serialNumber?: string | undefined;
  /** Epoch milliseconds. */
  readonly notAfter?: number | undefined;
}

/** An entry before it is stamped and told whose it is. */
export type NewLedgerEntry = Omit<LedgerEntry, "at" | "set">;

const MAX_DETAIL_CHARS = 500;

/** Names the exact set of identifiers, whatever their order and case; the CA's limits go by it. */
export function identifierSetKey(names: readonly string[]): string {
  return [...new Set(names.map((name) => name.toLowerCase()))].toSorted().join(",");
}

/** One line of the ledger, without its line feed. */
export function formatLedgerEntry(entry: LedgerEntry): string {
  const detail = entry.detail?.slice(0, MAX_DETAIL_CHARS);
  return JSON.stringify(detail === undefined ? entry : { ...entry, detail });
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
    until: numberIn(value, "until"),
    exempt: booleanIn(value, "exempt"),
    why: stringIn(value, "why"),
    serialNumber: stringIn(value, "serialNumber"),
    notAfter: numberIn(value, "notAfter"),
  };
}
