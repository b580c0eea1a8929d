import { describe, expect, it } from "vitest";
import { checkContainerDepth } from "../../../src/corpus/markdown/container-depth.ts";

const nested = (levels: number): string =>
  Array.from({ length: levels }, (_, level) => `${"  ".repeat(level)}- x\n`).join("");

describe("checkContainerDepth", () => {
  it.each([
    ["markers in one line", "> - 1. > x\n"],
    ["indentation", nested(4)],
    ["indentation and markers", `${nested(3)}      - - x\n`],
    ["indentation with prose between", "- a\n\n  b\n\n  - c\n\n    d\n\n    - e\n      - f\n"],
  ])("refuses four levels by %s when three are allowed", (_, source) => {
    expect(() => checkContainerDepth(source, 3)).toThrow(/deeper than 3 levels/);
    expect(() => checkContainerDepth(source, 5)).not.toThrow();
  });

  it.each([
    ["items beside each other", "- a\n- b\n- c\n- d\n- e\n"],
    ["a list that comes back", `${nested(3)}${nested(3)}`],
    ["thematic breaks", "- - - - - -\n* * * * * *\n> > - - - - -\n"],
    ["markers in the middle of a line", "a > b > c > d > e\n"],
    ["signs without a space", "-----x\n**a**\n"],
  ])("does not count %s", (_, source) => {
    expect(() => checkContainerDepth(source, 3)).not.toThrow();
  });
});
