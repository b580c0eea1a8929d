import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { publicPathOf, publicUrl, resolveUrl } from "../../../src/corpus/site/page-url.ts";

describe("publicUrl", () => {
  it.each([
    ["https://example.org", "docs/a/", "https://example.org/docs/a/"],
    ["https://example.org/manual", "docs/a/", "https://example.org/manual/docs/a/"],
    ["https://example.org/manual/", "", "https://example.org/manual/"],
    [
      "https://example.org/",
      "größe/100%#?.html",
      "https://example.org/gr%C3%B6%C3%9Fe/100%25%23%3F.html",
    ],
    [undefined, "docs/a/", "/docs/a/"],
    [undefined, "", "/"],
  ])("joins %s and %j", (base, path, url) => expect(publicUrl(base, path)).toBe(url));

  it("never leaves the host, whatever a page's front matter says", () => {
    const segment = fc.oneof(
      fc.constantFrom(
        "..",
        ".",
        "",
        "//",
        "\\",
        "@evil.example",
        "http://evil.example",
        "?",
        "#",
        "%2e%2e",
      ),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const url = new URL(publicUrl("https://example.org/manual/", segments.join("/")));
        expect(url.origin).toBe("https://example.org");
        expect(url.search + url.hash).toBe("");
      }),
    );
  });

  it("is undone by publicPathOf", () => {
    const name = fc.string({
      unit: fc.constantFrom("a", "é", "日", "#", "?", "%", " ", "&"),
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const path = `${names.join("/")}/`;
        for (const base of ["https://example.org/manual/", undefined]) {
          expect(publicPathOf(publicUrl(base, path), base)).toBe(path);
        }
      }),
    );
  });
});

describe("resolveUrl", () => {
  it.each([
    ["/a/b/?q#f", "https://example.org/x/", "https://example.org/a/b/"],
    ["b", "https://example.org/x", "https://example.org/x/b"],
    ["/a", undefined, "/a"],
    ["https://other.example/a", undefined, "https://other.example/a"],
    ["javascript:alert(1)", undefined, undefined],
    ["mailto:a@example.org", "https://example.org", undefined],
    ["http://", undefined, undefined],
  ])("resolves %s against %s", (reference, base, url) => {
    expect(resolveUrl(reference, base)).toBe(url);
  });
});
