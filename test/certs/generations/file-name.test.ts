import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { certificateFileName } from "../../../src/certs/generations/file-name.ts";
import { assertStorageKey } from "../../../src/certs/storage.ts";
import { messageOf } from "../../../src/lib/errors.ts";

describe("certificateFileName", () => {
  it.each([
    ["docs.example.com", "docs.example.com"],
    ["Docs.Example.COM.", "docs.example.com"],
    ["*.example.com", "_wildcard.example.com"],
    ["192.0.2.7", "192.0.2.7"],
    ["2001:db8::1", "2001_db8__1"],
    ["[2001:DB8:0:0::1]", "2001_db8__1"],
    ["::1", "__1"],
    ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  ])("keeps %s as %s", (identifier, name) => {
    expect(certificateFileName(identifier)).toBe(name);
    assertStorageKey(name);
  });

  it.each(["", "..", "../etc", "a/b", "a..b", "a b", "*", ".a", "a\0"])(
    "refuses %j",
    (identifier) => {
      expect(() => certificateFileName(identifier)).toThrow(RangeError);
    },
  );

  it("never leaves the folder, whatever comes", () => {
    const isSafe = (identifier: string): boolean => {
      try {
        assertStorageKey(`.docport/${certificateFileName(identifier)}/000001`);
        return true;
      } catch (error) {
        return messageOf(error).startsWith("expected a host name");
      }
    };
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (identifier) => {
        expect(isSafe(identifier)).toBe(true);
      }),
    );
  });
});
