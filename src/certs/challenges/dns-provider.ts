/** A TXT record of DNS-01 (RFC 8555 §8.4). */
export interface TxtRecord {
  /** Fully qualified, without the final dot: `_acme-challenge.docs.example.com`. */
  readonly name: string;
  readonly value: string;
}

/** Whoever can change the zone. Adding must leave other values of the same name in place. */
export interface DnsProvider {
  present(record: TxtRecord, signal: AbortSignal): Promise<void>;
  /** Removing what is not there is no error. */
  cleanup(record: TxtRecord, signal: AbortSignal): Promise<void>;
}
