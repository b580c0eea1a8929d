import { describe, expect, it } from "vitest";
import { clientOf } from "../../../src/http/limits/client-address.ts";

const direct = (peerAddress: string | undefined, forwardedFor: string | null = null) =>
  clientOf({ peerAddress, forwardedFor, trustProxy: false });
const proxied = (forwardedFor: string | null, peerAddress = "192.0.2.200") =>
  clientOf({ peerAddress, forwardedFor, trustProxy: true });

describe("clientOf", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["2001:db8:1:3::", "2001:db8:1:3::/64"],
    ["fe80::1%eth0", "fe80::/64"],
  ])("counts %s as %s", (address, client) => {
    expect(direct(address)).toBe(client);
  });

  it.each([undefined, "", "nonsense", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])(
    "does not tell clients at %s apart",
    (address) => {
      expect(direct(address)).toBeUndefined();
    },
  );

  it("believes X-Forwarded-For only of a trusted proxy", () => {
    expect(direct("192.0.2.1", "198.51.100.7")).toBe("192.0.2.1");
    expect(proxied("198.51.100.7")).toBe("198.51.100.7");
  });

  it.each([
    ["203.0.113.9, 198.51.100.7", "198.51.100.7"],
    ["198.51.100.7:4711", "198.51.100.7"],
    ["[2001:db8::1]:443", "2001:db8::/64"],
    ["2001:db8::1", "2001:db8::/64"],
    ["198.51.100.7, unknown", "192.0.2.200"],
    ["198.51.100.7,", "192.0.2.200"],
    [null, "192.0.2.200"],
  ])("takes of %s the last hop", (header, client) => {
    expect(proxied(header)).toBe(client);
  });
});
