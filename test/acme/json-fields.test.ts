import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonFields } from "../../src/acme/json-fields.ts";

const parse = (text: string): JsonFields => JsonFields.parse(Buffer.from(text), "order");
const protocolError = (message: RegExp): object =>
  expect.objectContaining({ code: "ERR_ACME_PROTOCOL", message: expect.stringMatching(message) });

describe("JsonFields", () => {
  it.each([
    ["no UTF-8", Buffer.from([0x7b, 0xff, 0x7d]), /is not JSON/],
    ["half an object", Buffer.from('{"a":'), /is not JSON/],
    ["a list", Buffer.from("[]"), /order is not a JSON object/],
    ["null", Buffer.from("null"), /order is not a JSON object/],
    [
      "a deep nest",
      Buffer.from(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
      /nested too deeply/,
    ],
  ])("refuses %s", (_, body, message) => {
    expect(() => JsonFields.parse(body, "order")).toThrow(protocolError(message));
  });

  it("names the place of what is wrong", () => {
    const fields = parse(
      '{"a":1,"list":[{"b":true}],"o":{"c":"x"},"long":"' + "x".repeat(9000) + '"}',
    );
    expect(() => fields.string("a")).toThrow(protocolError(/order\.a is not a string/));
    expect(() => fields.string("none")).toThrow(protocolError(/order\.none is not a string/));
    expect(() => fields.string("long")).toThrow(protocolError(/order\.long is too long/));
    expect(() => fields.strings("list")).toThrow(protocolError(/order\.list\[0\] is not a string/));
    expect(() => fields.objects("list")[0]?.string("b")).toThrow(
      protocolError(/order\.list\[0\]\.b/),
    );
    expect(() => fields.object("o").oneOf("c", ["y", "z"])).toThrow(
      protocolError(/order\.o\.c is "x", not y, z/),
    );
    expect(() => fields.array("a")).toThrow(protocolError(/order\.a is not an array/));
    expect(() => fields.optionalBoolean("a")).toThrow(
      protocolError(/order\.a is not true or false/),
    );
    expect(() => parse(`{"l":[${"1,".repeat(1000)}1]}`).array("l")).toThrow(
      protocolError(/more than 1000/),
    );
  });

  it("takes null for absent, and never something from a prototype", () => {
    const fields = parse('{"a":null,"__proto__":{"b":"x"}}');
    expect(fields.optionalString("a")).toBeUndefined();
    expect(fields.optionalString("b")).toBeUndefined();
    expect(fields.has("toString")).toBe(false);
    expect(() => fields.string("constructor")).toThrow(
      protocolError(/constructor is not a string/),
    );
    expect(fields.object("__proto__").string("b")).toBe("x");
  });

  it.each([
    ["2016-01-05T14:09:07.99Z", Date.UTC(2016, 0, 5, 14, 9, 7, 990)],
    ["2025-01-02T04:00:00Z", Date.UTC(2025, 0, 2, 4)],
    ["2025-01-02T04:00:00+02:00", Date.UTC(2025, 0, 2, 2)],
  ])("reads %s", (text, expected) => {
    expect(parse(JSON.stringify({ t: text })).time("t")).toBe(expected);
  });

  it.each(["2025-01-02", "Thu, 02 Jan 2025 04:00:00 GMT", "2025-02-30T25:00:00Z", "0", ""])(
    "does not take %j for a time",
    (text) => {
      expect(() => parse(JSON.stringify({ t: text })).time("t")).toThrow(protocolError(/RFC 3339/));
    },
  );

  it("answers any JSON with a value or with ERR_ACME_PROTOCOL", () => {
    const anything = fc.property(fc.json(), fc.string(), (text, name) => {
      try {
        parse(text).objects(name);
        return true;
      } catch (error) {
        return error instanceof Error && "code" in error && error.code === "ERR_ACME_PROTOCOL";
      }
    });
    expect(() => fc.assert(anything)).not.toThrow();
  });
});
