import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  childrenOf,
  decodeBitString,
  decodeElement,
  decodeObjectIdentifier,
  decodeOctetString,
  decodeSequence,
  decodeTime,
  decodeUnsignedInteger,
  encodeBitString,
  encodeElement,
  encodeObjectIdentifier,
  encodeOctetString,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUnsignedInteger,
} from "../../src/lib/der.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const unhex = (text: string): Uint8Array => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("DER", () => {
  it.each([
    [0, "020100"],
    [127, "02017f"],
    [128, "02020080"],
    [256, "02020100"],
    [65_537, "0203010001"],
  ])("writes INTEGER %i", (value, expected) => {
    expect(hex(encodeUnsignedInteger(value))).toBe(expected);
  });

  it.each([
    // X.690 §8.19.5 and the arcs that certificates use.
    ["2.999.3", "0603883703"],
    ["1.2.840.113549.1.1.11", "06092a864886f70d01010b"],
    ["1.3.6.1.5.5.7.1.31", "06082b0601050507011f"],
  ])("writes and reads OBJECT IDENTIFIER %s", (dotted, expected) => {
    const encoded = encodeObjectIdentifier(dotted);
    expect(hex(encoded)).toBe(expected);
    expect(decodeObjectIdentifier(decodeElement(encoded))).toBe(dotted);
  });

  it("writes the times of RFC 5280: two digits of the year through 2049, four after", () => {
    expect(hex(encodeTime(Date.UTC(2026, 10, 22, 1, 2, 3)))).toBe(
      hex(encodeElement(0x17, Buffer.from("261122010203Z"))),
    );
    expect(hex(encodeTime(Date.UTC(2050, 0, 1)))).toBe(
      hex(encodeElement(0x18, Buffer.from("20500101000000Z"))),
    );
    expect(decodeTime(decodeElement(encodeElement(0x17, Buffer.from("500101000000Z"))))).toBe(
      Date.UTC(1950, 0, 1),
    );
  });

  it("orders a SET OF", () => {
    expect(hex(encodeSet(unhex("020105"), unhex("020101")))).toBe("3106020101020105");
  });

  it.each([
    ["nothing", ""],
    ["a length beyond the end", "04 05 00"],
    ["an indefinite length", "30 80 00 00"],
    ["a length in long form that fits the short one", "04 81 01 00"],
    ["a length with a leading zero", `04 82 00 80 ${"00".repeat(128)}`],
    ["a length of five bytes", "04 85 01 00 00 00 00"],
    ["a tag of several bytes", "1f 81 01 00"],
    ["bytes after the end", "05 00 00"],
  ])("refuses %s", (_, text) => {
    expect(() => decodeElement(unhex(text))).toThrow(SyntaxError);
  });

  it("refuses an OBJECT IDENTIFIER that stops in the middle, and a time that is none", () => {
    expect(() => decodeObjectIdentifier(decodeElement(unhex("06 02 2a 86")))).toThrow(SyntaxError);
    expect(() =>
      decodeTime(decodeElement(encodeElement(0x17, Buffer.from("269922010203Z")))),
    ).toThrow(SyntaxError);
  });

  it("gives back what was written", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70_000 }),
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.integer({ min: Date.UTC(1950, 0), max: Date.UTC(9999, 0) }),
        (bytes, digits, time) => {
          const encoded = encodeSequence(
            encodeOctetString(bytes),
            encodeBitString(bytes),
            encodeUnsignedInteger(digits),
            encodeTime(time),
          );
          const [octets, bits, integer, when] = decodeSequence(decodeElement(encoded));
          expect(hex(decodeOctetString(octets))).toBe(hex(bytes));
          expect(hex(decodeBitString(bits))).toBe(hex(bytes));
          expect(BigInt(`0x${hex(decodeUnsignedInteger(integer))}`)).toBe(
            BigInt(`0x${hex(digits)}`),
          );
          expect(decodeTime(when)).toBe(Math.floor(time / 1000) * 1000);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("answers any bytes at all with elements that cover them, or with SyntaxError", () => {
    const covered = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const wrapped = decodeElement(encodeSequence(bytes));
      try {
        const total = childrenOf(wrapped).reduce((sum, { raw }) => sum + raw.length, 0);
        return total === bytes.length;
      } catch (error) {
        return error instanceof SyntaxError;
      }
    });
    expect(() => fc.assert(covered)).not.toThrow();
  });
});
