import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export interface TxtChange {
  readonly action: "add" | "delete";
  /** Without the final dot. */
  readonly name: string;
  readonly value: string;
}

export interface DnsUpdateServerOptions {
  readonly zone: string;
  readonly keyName: string;
  readonly secret: Uint8Array;
  /** Does what was asked; the answer waits for it. */
  readonly apply: (change: TxtChange) => Promise<void>;
}

export interface DnsUpdateServer extends AsyncDisposable {
  readonly port: number;
  /** Response codes that were given, in order. */
  readonly answers: readonly number[];
}

const NOERROR = 0;
const REFUSED = 5;
const NOTAUTH = 9;
const MAX_SKEW_SECONDS = 300;

/**
 * A primary name server that takes updates of TXT records over TCP (RFC 2136) from whoever signs them
 * with the key (RFC 8945, HMAC-SHA256), and answers nothing else.
 */
export async function startDnsUpdateServer(
  options: DnsUpdateServerOptions,
): Promise<DnsUpdateServer> {
  const answers: number[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    readMessage(socket)
      .then(async (message) => {
        const code = await judge(message, options);
        answers.push(code);
        const reply = Buffer.alloc(14);
        reply.writeUInt16BE(12, 0);
        message.copy(reply, 2, 0, 2);
        reply.writeUInt16BE(0xa800 | code, 4);
        socket.end(reply);
      })
      .catch(() => socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    answers,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, "close");
    },
  };
}

function readMessage(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      const end = received.length < 2 ? Number.POSITIVE_INFINITY : 2 + received.readUInt16BE(0);
      if (received.length >= end) resolve(received.subarray(2, end));
    });
    socket.once("close", () => reject(new Error("half a message")));
  });
}

async function judge(message: Buffer, options: DnsUpdateServerOptions): Promise<number> {
  const { zone, apply } = options;
  const zoneName = readName(message, 12);
  const update = readRecord(message, zoneName.end + 4);
  const signature = readRecord(message, update.end);
  if (!isSigned(message, update.end, signature, options)) return NOTAUTH;
  const isInside = update.name === zone || update.name.endsWith(`.${zone}`);
  if (zoneName.name !== zone || !isInside || update.type !== 16) return REFUSED;
  const value = update.data.subarray(1, 1 + (update.data[0] ?? 0)).toString("latin1");
  await apply({ action: update.class === 1 ? "add" : "delete", name: update.name, value });
  return NOERROR;
}

/** RFC 8945 §5.2: the digest over the message as it was before, and over the fields of the record. */
function isSigned(
  message: Buffer,
  unsignedLength: number,
  record: DnsRecord,
  { keyName, secret }: DnsUpdateServerOptions,
): boolean {
  const { name: algorithm, end } = readName(record.data, 0);
  const seconds = record.data.readUIntBE(end, 6);
  const macLength = record.data.readUInt16BE(end + 8);
  const mac = record.data.subarray(end + 10, end + 10 + macLength);
  const rest = record.data.subarray(end + 10 + macLength);
  const unsigned = Buffer.from(message.subarray(0, unsignedLength));
  unsigned.writeUInt16BE(unsigned.readUInt16BE(10) - 1, 10);
  const fields = Buffer.concat([
    message.subarray(unsignedLength, record.nameEnd),
    message.subarray(record.nameEnd + 2, record.nameEnd + 8),
    record.data.subarray(0, end + 8),
    rest.subarray(2),
  ]);
  const expected = createHmac("sha256", secret).update(unsigned).update(fields).digest();
  return (
    record.type === 250 &&
    record.name === keyName &&
    algorithm === "hmac-sha256" &&
    Math.abs(Date.now() / 1_000 - seconds) < MAX_SKEW_SECONDS &&
    mac.length === expected.length &&
    timingSafeEqual(mac, expected)
  );
}

interface DnsRecord {
  readonly name: string;
  readonly nameEnd: number;
  readonly type: number;
  readonly class: number;
  readonly data: Buffer;
  readonly end: number;
}

function readRecord(message: Buffer, at: number): DnsRecord {
  const { name, end } = readName(message, at);
  const dataAt = end + 10;
  const length = message.readUInt16BE(end + 8);
  return {
    name,
    nameEnd: end,
    type: message.readUInt16BE(end),
    class: message.readUInt16BE(end + 2),
    data: message.subarray(dataAt, dataAt + length),
    end: dataAt + length,
  };
}

function readName(message: Buffer, at: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let end = at;
  for (let length = message.readUInt8(end); length > 0; length = message.readUInt8(end)) {
    labels.push(message.subarray(end + 1, end + 1 + length).toString("latin1"));
    end += 1 + length;
  }
  return { name: labels.join("."), end: end + 1 };
}
