import { describe, expect, it } from "vitest";
import { dropEsm, headingIdsAsComments } from "../../../src/corpus/markdown/drop-esm.ts";

describe("dropEsm", () => {
  it.each([
    ["imports at the top", 'import A from "a";\nimport { b } from "b";\n\nText\n', "\nText\n"],
    ["an import over blank lines", 'import {\n  a,\n\n  b } from "x";\n\nText', "\nText"],
    ["an export in the middle", "A\n\nexport const x = {\n\n  y: [1],\n};\n\nB", "A\n\n\nB"],
    ["a default export", "export default ({ children }) => <div>{children}</div>\n\nB", "\nB"],
  ])("takes out %s", (_, source, rest) => {
    expect(dropEsm(source)).toBe(rest);
  });

  it.each([
    ["prose that begins with the word", "import taxes rise\n\nexport of goods\n"],
    ["the word inside a paragraph", "Text\nimport a from 'b'\n"],
    ["code", "```js\n\nimport a from 'b'\n\nexport const c = 1\n```\n"],
  ])("leaves %s", (_, source) => {
    expect(dropEsm(source)).toBe(source);
  });
});

describe("headingIdsAsComments", () => {
  it("makes MDX of the id of a heading, outside code", () => {
    const source = "## A {#b-c}\n\n```\n## A {#b-c}\n```\n";
    expect(headingIdsAsComments(source)).toBe("## A {/*#b-c*/}\n\n```\n## A {#b-c}\n```\n");
  });
});
