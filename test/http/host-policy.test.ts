import { describe, expect, it } from "vitest";
import { createHostPolicy } from "../../src/http/host-policy.ts";

const local = createHostPolicy({ host: "127.0.0.1" });
const open = createHostPolicy({ host: "0.0.0.0", publicHosts: ["docs.example.com"] });

describe("createHostPolicy", () => {
  it.each(["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost."])(
    "always allows %s",
    (host) => {
      expect(local.allowsHost(host)).toBe(true);
      expect(open.allowsHost(host)).toBe(true);
    },
  );

  it.each(["evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "", "192.168.0.7"])(
    "refuses %j when bound to the loopback",
    (host) => {
      expect(local.allowsHost(host)).toBe(false);
    },
  );

  it("allows public names, and addresses when bound to all of them", () => {
    expect(open.allowsHost("docs.example.com")).toBe(true);
    expect(open.allowsHost("192.168.0.7")).toBe(true);
    expect(open.allowsHost("[fe80::1]")).toBe(true);
    expect(open.allowsHost("evil.example")).toBe(false);
    expect(createHostPolicy({ host: "fd00::5" }).allowsHost("[fd00::5]")).toBe(true);
  });

  it.each([
    ["http://localhost:6274", true],
    ["https://docs.example.com", true],
    ["https://evil.example", false],
    ["null", false],
    ["file://localhost", false],
    ["chrome-extension://abc", false],
    ["", false],
    ["not an origin", false],
  ])("judges the origin %j: %j", (origin, allowed) => {
    expect(open.allowsOrigin(origin)).toBe(allowed);
  });

  it("allows the origins that are configured, and every one but null with *", () => {
    const some = createHostPolicy({ host: "::1", allowedOrigins: ["https://app.example/"] });
    expect(some.allowsOrigin("https://app.example")).toBe(true);
    expect(some.allowsOrigin("http://app.example")).toBe(false);
    const all = createHostPolicy({ host: "::1", allowedOrigins: ["*"] });
    expect(all.allowsOrigin("https://any.example")).toBe(true);
    expect(all.allowsOrigin("null")).toBe(false);
  });
});
