import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  createPageUrls,
  pageIdOfPath,
  pageIdOfUri,
  pagePath,
  pageUri,
} from "../../src/mcp/page-urls.ts";

describe("createPageUrls", () => {
  it.each([
    ["https://a.example/x/#y", undefined, undefined, "https://a.example/x/#y"],
    ["/x/#y", "https://a.example/docs/", undefined, "https://a.example/x/#y"],
    ["/x/#y", undefined, "http://localhost:8080", "http://localhost:8080/pages/g/x%20y.md#y"],
    ["/x/#y", undefined, undefined, "docs://page/g/x%20y#y"],
    ["javascript:alert(1)", undefined, "http://h", "http://h/pages/g/x%20y.md"],
  ])("makes %s with base %s and public URL %s into %s", (url, base, own, expected) => {
    expect(createPageUrls(base, own).absolute(url, "g/x y")).toBe(expected);
  });

  it("remembers nothing that parsing each URL anew would give otherwise", () => {
    const piece = fc.constantFrom(
      ...["https:", "mailto:", "//", "/", "a.example", "x", " ", "\n", "#", "?", "%", "é", ".."],
    );
    const url = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
    const id = fc.constantFrom("a", "a b", "b", " b", "1");
    const base = fc.constantFrom(undefined, "https://a.example/docs/");
    const own = fc.constantFrom(undefined, "http://localhost:8080");
    const calls = fc.array(fc.tuple(url, id), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(base, own, calls, (baseUrl, publicUrl, pages) => {
        const urls = createPageUrls(baseUrl, publicUrl);
        for (const [page, pageId] of pages) {
          const once = createPageUrls(baseUrl, publicUrl).absolute(page, pageId);
          const parsed = URL.canParse(page, baseUrl) ? new URL(page, baseUrl) : undefined;
          const isPublic = parsed !== undefined && /^https?:$/.test(parsed.protocol);
          const expected = isPublic ? parsed.href : once;
          expect([once, urls.absolute(page, pageId)]).toEqual([expected, expected]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("paths and URIs of pages", () => {
  it("lead back to the id, and are URLs", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (id) => {
        fc.pre(!/\p{Surrogate}/u.test(id));
        expect(pageIdOfPath(pagePath(id))).toBe(id);
        expect(pageIdOfUri(pageUri(id))).toBe(id);
        expect(URL.canParse(pageUri(id))).toBe(true);
      }),
    );
  });

  it("are nothing else", () => {
    expect(pageIdOfPath("/pages/a.html")).toBeUndefined();
    expect(pageIdOfPath("/pages/%ff.md")).toBeUndefined();
    expect(pageIdOfUri("file:///etc/passwd")).toBeUndefined();
  });
});
