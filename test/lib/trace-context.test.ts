import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseTraceparent } from "../../src/lib/trace-context.ts";

const hex = (chars: number): fc.Arbitrary<string> =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${chars - 1}}[1-9a-f]$`));

describe("parseTraceparent", () => {
  it("reads every value that is well formed", () => {
    fc.assert(
      fc.property(hex(32), hex(16), hex(2), (traceId, spanId, flags) => {
        expect(parseTraceparent(`00-${traceId}-${spanId}-${flags}`)).toEqual({
          traceId,
          spanId,
          flags,
        });
      }),
    );
  });

  it("never gives anything but digits", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.anything()), (value) => {
        const { traceId = "", spanId = "", flags = "" } = parseTraceparent(value) ?? {};
        expect(traceId + spanId + flags).toMatch(/^([0-9a-f]{50})?$/);
      }),
    );
  });

  const trace = "0af7651916cd43dd8448eb211c80319c";
  it.each([
    `ff-${trace}-b7ad6b7169203331-01`,
    `00-${"0".repeat(32)}-b7ad6b7169203331-01`,
    `00-${trace}-${"0".repeat(16)}-01`,
    `00-${trace.toUpperCase()}-b7ad6b7169203331-01`,
    `00-${trace}-b7ad6b7169203331-01-more`,
    `00-${trace}-b7ad6b7169203331`,
  ])("refuses %s", (value) => {
    expect(parseTraceparent(value)).toBeUndefined();
  });

  it("takes later versions with more fields", () => {
    expect(parseTraceparent(`01-${trace}-b7ad6b7169203331-01-more`)?.traceId).toBe(trace);
  });
});
