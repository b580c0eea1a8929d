import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRobots } from "../../../src/corpus/website/robots.ts";

describe("parseRobots", () => {
  it("takes the groups of its own name, however they are written, or else those of *", () => {
    const text = `
      # everybody
      User-agent: *
      Disallow: /all
      Crawl-delay: 100000

      User-agent: other
      User-Agent: DOCPORT/2.0
      Disallow: /own # a comment
      crawl-delay: 1.5
      Sitemap: https://example.org/one.xml

      user-agent: docport
      disallow: /more
      `;
    const robots = parseRobots(text, "docport");
    expect(["/all", "/own/x", "/more", "/"].map((path) => robots.allows(path))).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect(robots.crawlDelayMs).toBe(1500);
    expect(robots.sitemaps).toEqual(["https://example.org/one.xml"]);
    const others = parseRobots(text, "nobody");
    expect(others.allows("/all")).toBe(false);
    expect(others.crawlDelayMs).toBe(60_000);
  });

  it.each([
    ["/fish", "/fish.html", false],
    ["/fish", "/Fish.asp", true],
    ["/fish*", "/fishheads", false],
    ["/fish/", "/fish", true],
    ["/*.php", "/folder/any.php.file.html", false],
    ["/*.php$", "/folder/filename.php", false],
    ["/*.php$", "/filename.php?parameters", true],
    ["/a$", "/a/b", true],
    ["/*a*a$", "/a", true],
    ["/caf%C3%A9", "/café", false],
    ["/a%2Fb", "/a/b", true],
    ["", "/", true],
  ])("with Disallow: %s, %s is allowed: %s", (rule, path, isAllowed) => {
    expect(parseRobots(`User-agent: *\nDisallow: ${rule}`, "docport").allows(path)).toBe(isAllowed);
  });

  it("lets the longest rule decide, and of equals the allowing one", () => {
    const robots = parseRobots(
      "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /c\nAllow: /c",
      "x",
    );
    expect([robots.allows("/a/c"), robots.allows("/a/b/c"), robots.allows("/c")]).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("allows everything when the file says nothing that can be read", () => {
    for (const text of ["", "<html>", "Disallow: /", "User-agent\nDisallow /", "\0\0"]) {
      expect(parseRobots(text, "docport").allows("/any")).toBe(true);
    }
  });

  it("fits patterns as a regular expression would", () => {
    const piece = constantFrom("a", "b", "*", "/", ".", "$");
    const text = array(piece, { maxLength: 8 }).map((parts) => `/${parts.join("")}`);
    assert(
      property(text, text, (pattern, path) => {
        const isWhole = pattern.endsWith("$");
        const source = (isWhole ? pattern.slice(0, -1) : pattern)
          .split("*")
          .map((part) => part.replace(/[.$/]/g, "\\$&"))
          .join(".*");
        const fits = new RegExp(`^${source}${isWhole ? "$" : ""}`).test(path);
        expect(parseRobots(`User-agent: *\nDisallow: ${pattern}`, "x").allows(path)).toBe(!fits);
      }),
    );
  });
});
