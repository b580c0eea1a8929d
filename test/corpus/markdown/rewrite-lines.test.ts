import { describe, expect, it } from "vitest";
import { rewriteLines } from "../../../src/corpus/markdown/rewrite-lines.ts";

describe("rewriteLines", () => {
  it.each([
    ["a fence of colons", ":::note\nText\n:::", "\n**Note**\n\nText\n"],
    ["its title in brackets", ":::tip[Do *this*]{.x}\nText\n:::", "\n**Tip: Do *this***\n\nText\n"],
    [
      "its title after a space",
      "::: warning Mind the gap\nText\n:::",
      "\n**Warning: Mind the gap**\n\nText\n",
    ],
    ["a directive of MyST", ":::{note}\nText\n:::", "\n**Note**\n\nText\n"],
    ["longer fences, nested", "::::a\n:::b\nx\n:::\n::::", "\n**A**\n\n\n**B**\n\nx\n\n"],
    [
      "an admonition by indentation",
      '!!! note "Title"\n    one\n\n    two\nthree',
      "\n**Note: Title**\n\none\n\ntwo\nthree",
    ],
    ["a collapsible one", "??? tip\n    one", "\n**Tip**\n\none"],
    [
      "an admonition in an admonition",
      "!!! a\n    !!! b\n        x",
      "\n**A**\n\n\n**B**\n\n    x",
    ],
    ["an attribute list", "Text\n{: .lead}\n", "Text\n"],
    ["the attributes of a block in Hugo", '{class="foo" id="bar"}\nText', "Text"],
    ["the id of the heading above", "## A\n{: #b .c}\n", "## A {#b}\n"],
  ])("rewrites %s", (_, source, rewritten) => {
    expect(rewriteLines(source)).toBe(rewritten);
  });

  it.each([
    ["fences in code", "```\n:::note\n!!! x\n{.a}\n```\n"],
    ["colons in prose", "a ::: b\nstd::vector\n"],
    ["exclamations", "!!! \nWow!!!\n"],
    ["templates and objects", "{{ x }}\n{\n}\n{a}\n"],
  ])("leaves %s alone", (_, source) => {
    expect(rewriteLines(source)).toBe(source);
  });
});
