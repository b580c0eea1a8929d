import { isIP, isIPv4 } from "node:net";

/**
 * The one way in which this package writes an IP address: dotted decimal, or RFC 5952 (lower case,
 * shortest) for IPv6, as RFC 8738 §3 wants it in ACME. `undefined` when `text` is not an address.
 */
export function canonicalIp(text: string): string | undefined {
  const bytes = ipToBytes(text);
  return bytes && ipFromBytes(bytes);
}

/** The 4 or 16 bytes of an address; `undefined` when it is none or has a zone (`%eth0`). */
export function ipToBytes(text: string): Uint8Array | undefined {
  if (isIP(text) === 0 || text.includes("%")) return undefined;
  if (isIPv4(text)) return Uint8Array.from(text.split("."), Number);
  const [head = "", tail] = withHexTail(text).split("::");
  const before = groupsOf(head);
  const after = tail === undefined ? [] : groupsOf(tail);
  const gap = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Uint8Array.from(
    [...before, ...gap, ...after].flatMap((group) => [group >> 8, group & 0xff]),
  );
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}

/** `::ffff:1.2.3.4` with its dotted end as two groups. */
function withHexTail(text: string): string {
  const at = text.lastIndexOf(":") + 1;
  const dotted = text.slice(at);
  if (!dotted.includes(".")) return text;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split(".").map(Number);
  return `${text.slice(0, at)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** The canonical text of 4 or 16 bytes; RangeError for any other length. */
export function ipFromBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) throw new RangeError(`IP address: 4 or 16 bytes, got ${bytes.length}`);
  const groups = Array.from(
    { length: 8 },
    (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0),
  );
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  // RFC 5952 §4.2.2: a single zero group is not shortened.
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

function longestZeroRun(groups: readonly number[]): readonly [number, number] {
  let best: readonly [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > best[1]) best = [start, end - start];
  }
  return best;
}

/**
 * The name under which DNS knows an address in reverse, without the last dot (RFC 1035 §3.5,
 * RFC 3596 §2.5). Also the SNI of a TLS-ALPN-01 validation of that address (RFC 8738 §6).
 */
export function reverseName(address: string): string {
  const bytes = ipToBytes(address);
  if (!bytes) throw new TypeError(`reverseName: an IP address is expected, got "${address}"`);
  if (bytes.length === 4) return `${[...bytes].toReversed().join(".")}.in-addr.arpa`;
  const nibbles = Buffer.from(bytes).toString("hex");
  return `${Array.from(nibbles).toReversed().join(".")}.ip6.arpa`;
}
