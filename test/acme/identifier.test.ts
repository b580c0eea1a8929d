import { describe, expect, it } from "vitest";
import {
  identifierOf,
  isSameIdentifiers,
  isWildcard,
  tlsAlpnServerName,
} from "../../src/acme/identifier.ts";

describe("identifierOf", () => {
  it.each([
    ["docs.example.com", "dns", "docs.example.com"],
    ["DOCS.Example.COM.", "dns", "docs.example.com"],
    ["*.example.com", "dns", "*.example.com"],
    ["bücher.example", "dns", "xn--bcher-kva.example"],
    ["*.bücher.example", "dns", "*.xn--bcher-kva.example"],
    ["localhost", "dns", "localhost"],
    ["192.0.2.1", "ip", "192.0.2.1"],
    ["2001:DB8:0:0::1", "ip", "2001:db8::1"],
  ])("takes %s for %s %s", (name, type, value) => {
    expect(identifierOf(name)).toEqual({ type, value });
  });

  it.each([
    "",
    "*",
    "*.",
    "a.*.example.com",
    "*.*.example.com",
    "-a.example.com",
    "a-.example.com",
    "a..example.com",
    "a b.example.com",
    "https://example.com",
    "example.com/",
    "example.com:443",
    "example.com?x",
    "user@example.com",
    "1.2.3",
    "*.0x7f.1",
    "fe80::1%eth0",
    `${"a".repeat(64)}.example.com`,
    `${"a.".repeat(130)}com`,
  ])("refuses %j", (name) => {
    expect(() => identifierOf(name)).toThrow(TypeError);
  });
});

describe("identifiers", () => {
  it("are the same set in any order", () => {
    const [a, b, ip] = ["a.example", "b.example", "192.0.2.1"].map(identifierOf);
    if (!a || !b || !ip) throw new Error("unreachable");
    expect(isSameIdentifiers([a, b, ip], [ip, a, b])).toBe(true);
    expect(isSameIdentifiers([a, b], [a])).toBe(false);
    expect(isSameIdentifiers([a], [{ type: "ip", value: "a.example" }])).toBe(false);
  });

  it("that are wildcards are known", () => {
    expect(isWildcard(identifierOf("*.example.com"))).toBe(true);
    expect(isWildcard(identifierOf("192.0.2.1"))).toBe(false);
  });

  it("have the server name of a TLS-ALPN-01 validation (RFC 8738 §6)", () => {
    expect(tlsAlpnServerName(identifierOf("docs.example.com"))).toBe("docs.example.com");
    expect(tlsAlpnServerName(identifierOf("192.0.2.1"))).toBe("1.2.0.192.in-addr.arpa");
  });
});
