import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PROXY_HEADER_BYTES, readProxyHeader } from "../../src/net/proxy-header.ts";

const SIGNATURE = "0d0a0d0a000d0a515549540a";
const v2 = (rest: string): Buffer => Buffer.from(SIGNATURE + rest.replaceAll(" ", ""), "hex");
const v1 = (line: string): Buffer => Buffer.from(`${line}\r\n`);

const GIVEN: readonly (readonly [string, Buffer, string | undefined, number])[] = [
  ["1, IPv4", v1("PROXY TCP4 192.0.2.7 198.51.100.1 56324 443"), "192.0.2.7", 56_324],
  ["1, IPv6", v1("PROXY TCP6 2001:db8::7 2001:db8::1 56324 443"), "2001:db8::7", 56_324],
  ["1, unknown", v1("PROXY UNKNOWN"), undefined, 0],
  ["1, unknown with words", v1("PROXY UNKNOWN ffff::1 ffff::2 1 2"), undefined, 0],
  ["2, IPv4", v2("21 11 000c c0000207 c6336401 dc04 01bb"), "192.0.2.7", 56_324],
  [
    "2, IPv6",
    v2(`21 21 0024 20010db8${"0".repeat(22)}07 20010db8${"0".repeat(22)}01 dc04 01bb`),
    "2001:db8::7",
    56_324,
  ],
  [
    "2, IPv4 in IPv6",
    v2(`21 21 0024 ${"0".repeat(20)}ffffc0000207 ${"0".repeat(32)} dc04 01bb`),
    "::ffff:192.0.2.7",
    56_324,
  ],
  [
    "2, IPv4 and extensions",
    v2("21 11 0011 c0000207 c6336401 dc04 01bb 0400021234"),
    "192.0.2.7",
    56_324,
  ],
  ["2, of the proxy itself", v2("20 00 0000"), undefined, 0],
  [
    "2, of the proxy itself with addresses",
    v2("20 11 000c c0000207 c6336401 dc04 01bb"),
    undefined,
    0,
  ],
  ["2, UDP", v2("21 12 000c c0000207 c6336401 dc04 01bb"), undefined, 0],
  ["2, unspecified", v2("21 00 0000"), undefined, 0],
];

describe("readProxyHeader", () => {
  it.each(GIVEN)(
    "reads version %s, whatever comes after and however it comes",
    (_, bytes, address, port) => {
      const client = address === undefined ? undefined : { address, port };
      const header = { kind: "header", length: bytes.length, client };
      expect(readProxyHeader(bytes)).toEqual(header);
      expect(readProxyHeader(Buffer.concat([bytes, Buffer.from("GET / HTTP/1.1\r\n")]))).toEqual(
        header,
      );
      for (let end = 0; end < bytes.length; end++) {
        expect(readProxyHeader(bytes.subarray(0, end))).toEqual({ kind: "partial" });
      }
    },
  );

  it.each([
    ["a request", Buffer.from("POST /mcp HTTP/1.1\r\n")],
    ["one that begins as a header does", Buffer.from("PROPFIND / HTTP/1.1\r\n")],
    ["a ClientHello", Buffer.from("16030100c8010000c4", "hex")],
  ])("finds none in %s", (_, bytes) => {
    expect(readProxyHeader(bytes)).toEqual({ kind: "absent" });
  });

  it.each([
    ["a line without end", Buffer.from(`PROXY TCP4 ${"1".repeat(200)}`)],
    ["an address of the other family", v1("PROXY TCP4 2001:db8::7 2001:db8::1 1 2")],
    ["a name for an address", v1("PROXY TCP4 example.com 192.0.2.1 1 2")],
    ["no such family", v1("PROXY UDP4 192.0.2.7 192.0.2.1 1 2")],
    ["a port that is none", v1("PROXY TCP4 192.0.2.7 192.0.2.1 70000 2")],
    ["too few words", v1("PROXY TCP4 192.0.2.7")],
    ["too many words", v1("PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3")],
    ["another version", v2("31 11 000c c0000207 c6336401 dc04 01bb")],
    ["another command", v2("22 11 000c c0000207 c6336401 dc04 01bb")],
    ["less than its addresses", v2("21 11 0004 c0000207")],
    ["more than is read", v2("21 11 ffff")],
  ])("refuses %s", (_, bytes) => {
    expect(readProxyHeader(bytes)).toEqual({ kind: "broken" });
  });

  it("never throws, and asks for no more than it may", () => {
    const start = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from("PROXY "),
      v2(""),
      v2("21"),
      v2("2111"),
    );
    const bounded = fc.check(
      fc.property(start, fc.uint8Array({ maxLength: 3_000 }), (before, after) => {
        const bytes = Buffer.concat([before, after]);
        const header = readProxyHeader(bytes);
        const taken = header.kind === "header" ? header.length : 0;
        const mayAskForMore = bytes.length < MAX_PROXY_HEADER_BYTES;
        return taken <= bytes.length && (mayAskForMore || header.kind !== "partial");
      }),
    );
    expect(bounded.counterexample).toBeNull();
  });
});
