import { randomInt } from "node:crypto";
import { connect } from "node:net";
import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { encodeDnsUpdate, responseCodeOf, signDnsMessage, type TsigKey } from "./dns-message.ts";
import type { DnsProvider, TxtRecord } from "./dns-provider.ts";

export interface DnsUpdateOptions {
  /** Address or host name of the primary name server. */
  readonly server: string;
  /** Default 53. */
  readonly port?: number;
  /** The zone that is updated, without the final dot. */
  readonly zone: string;
  readonly key: TsigKey;
  readonly clock: Clock;
}

const TTL_SECONDS = 60;
const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 65_535;

const RESPONSE_CODES: Readonly<Record<number, string>> = {
  1: "FORMERR: it does not understand the update",
  2: "SERVFAIL: it has a problem of its own",
  3: "NXDOMAIN: it does not know the zone",
  4: "NOTIMP: it takes no updates",
  5: "REFUSED: the key may not change this name",
  8: "NXRRSET: the record is not there",
  9: "NOTAUTH: the key or the zone is not known there, or the clocks differ",
  10: "NOTZONE: the name is not in the zone",
};

/**
 * Changes DNS by dynamic update (RFC 2136) over TCP, signed with TSIG. The answer's own signature is
 * not checked: whoever could forge "no error" gains a failed validation, no more.
 * Rejects with ERR_DNS_UPDATE.
 */
export function dnsUpdate(options: DnsUpdateOptions): DnsProvider {
  return {
    present: (record, signal) => update(options, "add", record, signal),
    cleanup: (record, signal) => update(options, "delete", record, signal),
  };
}

async function update(
  options: DnsUpdateOptions,
  action: "add" | "delete",
  record: TxtRecord,
  signal: AbortSignal,
): Promise<void> {
  const { zone, key, clock } = options;
  const id = randomInt(0x1_0000);
  const message = encodeDnsUpdate({ id, zone, action, record, ttlSeconds: TTL_SECONDS });
  const answer = await exchange(options, signDnsMessage(message, key, clock.now()), signal);
  const code = responseCodeOf(answer, id);
  if (code === 0) return;
  const why = code === undefined ? "its answer is no answer to an update" : RESPONSE_CODES[code];
  throw failure(options, why ?? `response code ${code}`);
}

/** One message each way, each with its length before it (RFC 1035 §4.2.2). */
function exchange(
  options: DnsUpdateOptions,
  message: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { server, port = 53 } = options;
  return new Promise((resolve, reject) => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(message.length);
    const socket = connect({ host: server, port, signal, timeout: TIMEOUT_MS });
    let received = Buffer.alloc(0);
    const settle = (run: () => void): void => {
      socket.destroy();
      run();
    };
    socket.on("connect", () => socket.write(Buffer.concat([length, message])));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const expected = received.length >= 2 ? received.readUInt16BE(0) : MAX_ANSWER_BYTES;
      if (received.length >= 2 + expected) {
        settle(() => resolve(received.subarray(2, 2 + expected)));
      }
    });
    socket.on("timeout", () => settle(() => reject(failure(options, "it does not answer"))));
    socket.on("end", () => settle(() => reject(failure(options, "it closed the connection"))));
    socket.on("error", (error) =>
      settle(() =>
        reject(signal.aborted ? signal.reason : failure(options, messageOf(error), error)),
      ),
    );
  });
}

function failure({ server, zone }: DnsUpdateOptions, why: string, cause?: unknown): DocportError {
  const message = `dns update: ${server} did not take the update of ${zone}: ${why}`;
  return new DocportError("ERR_DNS_UPDATE", message, {
    hint: `Try the same with nsupdate, and allow the key to update TXT records in ${zone}.`,
    cause,
  });
}
