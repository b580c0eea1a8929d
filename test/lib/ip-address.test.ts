import { BlockList, SocketAddress } from "node:net";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalIp, ipFromBytes, ipToBytes, reverseName } from "../../src/lib/ip-address.ts";

describe("canonicalIp", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["2001:db8:0:0:0:0:0:1", "2001:db8::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["::", "::"],
    ["::1", "::1"],
    ["fe80::", "fe80::"],
    ["::ffff:192.0.2.1", "::ffff:c000:201"],
  ])("writes %s as %s (RFC 5952 §4)", (text, expected) => {
    expect(canonicalIp(text)).toBe(expected);
  });

  it.each(["", "localhost", "1.2.3", "1.2.3.4.5", "fe80::1%eth0", "::g", "1:2:3:4:5:6:7:8:9"])(
    "says that %j is no address",
    (text) => expect(canonicalIp(text)).toBeUndefined(),
  );

  it("gives any 16 bytes back, and Node agrees on which address it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
        const bytes = random.map((byte) => (byte < 128 ? 0 : byte));
        const text = ipFromBytes(bytes);
        expect(ipToBytes(text)).toEqual(new Uint8Array(bytes));
        const list = new BlockList();
        list.addAddress(new SocketAddress({ address: text, family: "ipv6" }));
        const groups = Buffer.from(bytes).toString("hex").match(/.{4}/g) ?? [];
        expect(list.check(groups.join(":"), "ipv6")).toBe(true);
      }),
    );
  });
});

describe("reverseName", () => {
  it("follows RFC 8738 §6", () => {
    expect(reverseName("192.0.2.1")).toBe("1.2.0.192.in-addr.arpa");
    expect(reverseName("2001:db8::1")).toBe(
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    );
  });
});
