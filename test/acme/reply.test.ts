import { describe, expect, it } from "vitest";
import { linksOf } from "../../src/acme/reply.ts";
import { parseHttpDate, parseRetryAfter } from "../../src/lib/retry-after.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY_MS = 86_400_000;

describe("parseRetryAfter", () => {
  it.each([
    ["0", 0],
    ["120", 120_000],
    ["999999999", 31 * DAY_MS],
    ["Sun, 22 Nov 2026 12:00:30 GMT", 30_000],
    ["Sun, 22 Nov 2026 11:00:00 GMT", 0],
    ["Fri, 31 Dec 9999 23:59:59 GMT", 31 * DAY_MS],
  ])("reads %s as %d ms", (text, expected) => {
    expect(parseRetryAfter(text, NOW)).toBe(expected);
  });

  it.each([
    undefined,
    "",
    " 5",
    "5s",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "Sunday",
    "2026-11-22T12:00:30Z",
    "9".repeat(400),
  ])("reads %s as nothing", (text) => expect(parseRetryAfter(text, NOW)).toBeUndefined());
});

describe("parseHttpDate", () => {
  it("takes the one form that senders must use (RFC 9110 §5.6.7)", () => {
    expect(parseHttpDate("Sun, 06 Nov 1994 08:49:37 GMT")).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    expect(parseHttpDate("Sunday, 06-Nov-94 08:49:37 GMT")).toBeUndefined();
    expect(parseHttpDate("Sun, 99 Nov 1994 08:49:37 GMT")).toBeUndefined();
  });
});

describe("linksOf", () => {
  const base = "https://ca.test/certificate/1";

  it("finds the targets of one relation among all links (RFC 8555 §7.4.2)", () => {
    const header =
      '<https://ca.test/directory>;rel="index", <https://ca.test/c/1>;rel="alternate",<c/2>; title="a, b"; rel=alternate, <https://ca.test/c/3>;rel="up Alternate"';
    expect(linksOf(header, "alternate", base)).toEqual([
      "https://ca.test/c/1",
      "https://ca.test/certificate/c/2",
      "https://ca.test/c/3",
    ]);
  });

  it.each([
    undefined,
    "",
    "alternate",
    "<>;rel=alternate",
    "<https://[>;rel=alternate",
    "<a>;rel",
    "<a",
  ])("finds nothing in %j", (header) => expect(linksOf(header, "alternate", base)).toEqual([]));

  it("is quick with whatever comes", () => {
    const started = performance.now();
    for (const unit of ["<", "<a>;", '<a>;rel="', ";rel=", "<a>;rel= "]) {
      linksOf(unit.repeat(100_000), "alternate", base);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
