import { describe, expect, it } from "vitest";
import { nearestName } from "../../src/lib/nearest-name.ts";

describe("nearestName", () => {
  it("takes a slip for what it is, and no other word", () => {
    expect(nearestName("dosc", ["src", "docs", "test"])).toBe("docs");
    expect(nearestName("Docs", ["docs"])).toBe("docs");
    expect(nearestName("max_tokens", ["max-token", "limit"])).toBe("max-token");
    expect(nearestName("docs", ["test", "documentation"])).toBeUndefined();
  });
});
