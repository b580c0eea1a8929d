import * as fc from "fast-check";
import { parseFragment } from "parse5";
import { describe, expect, it } from "vitest";
import { escapeHtml, html, safeUrl } from "../../src/web/html.ts";

describe("html", () => {
  it("keeps any text in its element and any value in its attribute", () => {
    // A parser replaces NUL and joins line ends; both are no business of escaping.
    const text = fc.string({ unit: "binary" }).filter((value) => !/[\0\r\p{Cs}]/u.test(value));
    fc.assert(
      fc.property(text, text, (inner, value) => {
        const tree = parseFragment(html`<p title="${value}">${inner}</p>`.markup);
        expect(tree.childNodes).toMatchObject([
          {
            nodeName: "p",
            attrs: [{ name: "title", value }],
            childNodes: inner === "" ? [] : [{ nodeName: "#text", value: inner }],
          },
        ]);
      }),
    );
  });

  it("takes markup of its own, lists, numbers and nothing", () => {
    const { markup } =
      html`<ul>${[1, 2].map((n) => html`<li>${n}</li>`)}${undefined}${false}${"<b>"}</ul>`;
    expect(markup).toBe("<ul><li>1</li><li>2</li>&lt;b&gt;</ul>");
  });

  it("escapes what ends an attribute or a text", () => {
    expect(escapeHtml(`<&>"'`)).toBe("&lt;&amp;&gt;&quot;&#39;");
  });
});

describe("safeUrl", () => {
  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "/\\evil.example",
    "vbscript:x",
    "",
  ])("turns %j into nowhere", (url) => expect(safeUrl(url)).toBe("#"));

  it.each(["https://a.example/b", "http://a.example", "/pages/a.md", "/"])("keeps %s", (url) =>
    expect(safeUrl(url)).toBe(url),
  );
});
