import { createHmac } from "node:crypto";
import type { TxtRecord } from "./dns-provider.ts";

/** The shared secret that signs an update (RFC 8945), HMAC-SHA256. */
export interface TsigKey {
  /** The key's name, as the server has it. */
  readonly name: string;
  readonly secret: Uint8Array;
}

export interface DnsUpdate {
  readonly id: number;
  readonly zone: string;
  readonly action: "add" | "delete";
  readonly record: TxtRecord;
  readonly ttlSeconds: number;
}

const TYPE = { SOA: 6, TXT: 16, TSIG: 250 } as const;
const CLASS = { IN: 1, NONE: 254, ANY: 255 } as const;
const OPCODE_UPDATE = 5 << 11;
const FUDGE_SECONDS = 300;
const ALGORITHM = "hmac-sha256";

/** An update message that adds or deletes one TXT value (RFC 2136 §2.5.1, §2.5.4), unsigned. */
export function encodeDnsUpdate({ id, zone, action, record, ttlSeconds }: DnsUpdate): Uint8Array {
  const header = uint16s(id, OPCODE_UPDATE, 1, 0, 1, 0);
  const zoneSection = Buffer.concat([encodeName(zone), uint16s(TYPE.SOA, CLASS.IN)]);
  const text = Buffer.from(record.value, "ascii");
  if (text.length > 255) throw new RangeError("dns update: a TXT value has at most 255 bytes");
  const data = Buffer.concat([Uint8Array.of(text.length), text]);
  const isAdd = action === "add";
  const update = Buffer.concat([
    encodeName(record.name),
    uint16s(TYPE.TXT, isAdd ? CLASS.IN : CLASS.NONE),
    uint32(isAdd ? ttlSeconds : 0),
    uint16s(data.length),
    data,
  ]);
  return Buffer.concat([header, zoneSection, update]);
}

/** The message with its TSIG record at the end (RFC 8945 §4.2, §4.3.3). `now` in epoch ms. */
export function signDnsMessage(message: Uint8Array, key: TsigKey, now: number): Uint8Array {
  const seconds = Math.floor(now / 1_000);
  const time = Buffer.concat([
    uint16s(Math.floor(seconds / 2 ** 32)),
    uint32(seconds % 2 ** 32),
    uint16s(FUDGE_SECONDS),
  ]);
  const name = encodeName(key.name);
  const classAndTtl = Buffer.concat([uint16s(CLASS.ANY), uint32(0)]);
  const noErrorNoData = uint16s(0, 0);
  const mac = createHmac("sha256", key.secret)
    .update(message)
    .update(Buffer.concat([name, classAndTtl, encodeName(ALGORITHM), time, noErrorNoData]))
    .digest();
  const id = message.subarray(0, 2);
  const data = Buffer.concat([
    encodeName(ALGORITHM),
    time,
    uint16s(mac.length),
    mac,
    id,
    noErrorNoData,
  ]);
  const record = Buffer.concat([name, uint16s(TYPE.TSIG), classAndTtl, uint16s(data.length), data]);
  const signed = Buffer.concat([message, record]);
  signed.writeUInt16BE(signed.readUInt16BE(10) + 1, 10); // One more additional record.
  return signed;
}

/** The response code of an answer to the message with this id; undefined for anything else. */
export function responseCodeOf(answer: Uint8Array, id: number): number | undefined {
  if (answer.length < 12) return undefined;
  const view = Buffer.from(answer.buffer, answer.byteOffset, answer.length);
  const flags = view.readUInt16BE(2);
  const isResponse = (flags & 0x8000) !== 0 && (flags & 0x7800) === OPCODE_UPDATE;
  return view.readUInt16BE(0) === id && isResponse ? flags & 0xf : undefined;
}

/** A name in wire format, lower case, not compressed (RFC 1035 §3.1). RangeError when too long. */
function encodeName(name: string): Uint8Array {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".");
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, "ascii");
    if (bytes.length === 0 || bytes.length > 63) {
      throw new RangeError(`dns update: not a domain name: ${JSON.stringify(name)}`);
    }
    return Buffer.concat([Uint8Array.of(bytes.length), bytes]);
  });
  return Buffer.concat([...parts, Uint8Array.of(0)]);
}

function uint16s(...values: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, i) => bytes.writeUInt16BE(value, i * 2));
  return bytes;
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
