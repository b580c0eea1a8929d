import { serialize } from "parse5";
import { describe, expect, it } from "vitest";
import { flattenInline } from "../../../src/corpus/html/flatten-inline.ts";
import { parseHtml } from "../../../src/corpus/html/parse-html.ts";

function flatten(html: string): string {
  const root = parseHtml(html, "fragment", 100);
  flattenInline(root);
  return serialize(root);
}

describe("flattenInline", () => {
  it.each([
    [
      "elements without a meaning",
      "<p><span>a <font>b</font></span><x-y>c</x-y></p>",
      "<p>a bc</p>",
    ],
    ["formatting in the same formatting", "<b>a <i>b <b>c</b></i></b>", "<b>a <i>b c</i></b>"],
    ["empty formatting", "<p>a<b></b><i> </i><a name=x></a>b</p>", "<p>a b</p>"],
    ["white space at the ends of formatting", "<p>a<b> b </b>c</p>", "<p>a <b>b</b> c</p>"],
  ])("takes out %s", (_, html, flat) => {
    expect(flatten(html)).toBe(flat);
  });

  it.each([
    ["blocks, even empty ones", "<div></div><p></p><ul><li></li></ul>"],
    ["pictures and line breaks", '<a href="x"><img src="y"></a><br>'],
    ["the white space of code blocks", "<pre> <b> a </b>\n</pre>"],
  ])("keeps %s", (_, html) => {
    expect(flatten(html)).toBe(html);
  });
});
