import { isIP } from "node:net";

/** What the first bytes of a connection are, by the PROXY protocol. */
export type ProxyHeader =
  /** Not enough of them to tell. */
  | { readonly kind: "partial" }
  /** Something else: a client that came without a proxy. */
  | { readonly kind: "absent" }
  /** It begins as a header and is none. */
  | { readonly kind: "broken" }
  | {
      readonly kind: "header";
      /** Bytes of it; what the client sent comes after. */
      readonly length: number;
      /** Whose connection it is; undefined: the proxy's own, or one that it does not name. */
      readonly client: ProxiedClient | undefined;
    };

export interface ProxiedClient {
  readonly address: string;
  readonly port: number;
}

/** Longest header that is read, its extensions (TLVs) included. Those of today are below 300 bytes. */
export const MAX_PROXY_HEADER_BYTES = 2_048;

const V1_START = Buffer.from("PROXY ");
const MAX_V1_BYTES = 107;
const V2_START = Buffer.from("\r\n\r\n\0\r\nQUIT\n", "latin1");
const V2_FIXED_BYTES = 16;
/** Command PROXY of version 2; 0x20 is LOCAL: the proxy speaks for itself, as in a health check. */
const V2_PROXY = 0x21;
const V2_LOCAL = 0x20;
const V2_TCP4 = 0x11;
const V2_TCP6 = 0x21;

/**
 * Reads the header of the PROXY protocol, version 1 or 2
 * (https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt).
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsLike(bytes, V2_START)) return readV2(bytes);
  if (startsLike(bytes, V1_START)) return readV1(bytes);
  return { kind: "absent" };
}

/** Whether one of the two begins the other. */
function startsLike(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
}

function readV1(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, MAX_V1_BYTES).indexOf("\r\n");
  if (end < 0) return { kind: bytes.length < MAX_V1_BYTES ? "partial" : "broken" };
  const line = bytes.toString("latin1", 0, end);
  const length = end + 2;
  const [, family = "", source = "", , port = "", , ...more] = line.split(" ");
  if (family === "UNKNOWN") return { kind: "header", length, client: undefined };
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : -1;
  const isWhole = isIP(source) === version && /^\d{1,5}$/.test(port) && more.length === 0;
  if (!isWhole || Number(port) > 65_535) return { kind: "broken" };
  return { kind: "header", length, client: { address: source, port: Number(port) } };
}

function readV2(bytes: Buffer): ProxyHeader {
  if (bytes.length < V2_FIXED_BYTES) return { kind: "partial" };
  const command = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const length = V2_FIXED_BYTES + bytes.readUInt16BE(14);
  if (length > MAX_PROXY_HEADER_BYTES) return { kind: "broken" };
  if (command !== V2_PROXY && command !== V2_LOCAL) return { kind: "broken" };
  if (bytes.length < length) return { kind: "partial" };
  const isOurs = command === V2_PROXY && (family === V2_TCP4 || family === V2_TCP6);
  if (!isOurs) return { kind: "header", length, client: undefined };
  const addressBytes = family === V2_TCP4 ? 4 : 16;
  // Two addresses, two ports.
  if (length < V2_FIXED_BYTES + 2 * addressBytes + 4) return { kind: "broken" };
  const source = bytes.subarray(V2_FIXED_BYTES, V2_FIXED_BYTES + addressBytes);
  const address = family === V2_TCP4 ? source.join(".") : ipv6Of(source);
  const port = bytes.readUInt16BE(V2_FIXED_BYTES + 2 * addressBytes);
  return { kind: "header", length, client: { address, port } };
}

/** As Node writes it for a socket. */
function ipv6Of(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  const { hostname } = new URL(`http://[${groups.join(":")}]`);
  const address = hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
  return mapped ? `::ffff:${bytes.subarray(12).join(".")}` : address;
}
