import type { LookupFunction } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { isPublicAddress, namesPrivateHost } from "../../../src/corpus/sources/public-address.ts";
import {
  createSiteTransport,
  type SiteTransport,
} from "../../../src/corpus/website/site-transport.ts";
import { page, send, waywardSite } from "./wayward-site.ts";

describe("isPublicAddress", () => {
  it.each("1.1.1.1 93.184.216.34 172.32.0.1 192.169.0.1 2606:4700::1111 ::ffff:1.1.1.1".split(" "))(
    "%s is",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(
    "127.0.0.1 10.1.2.3 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 255.255.255.255 224.0.0.1 192.0.2.1 ::1 :: fe80::1 fd00::1 ff02::1 ::ffff:127.0.0.1 ::ffff:7f00:1 64:ff9b::a00:1 2002:7f00:1:: 2001:db8::1 ::127.0.0.1 example.org fe80::1%eth0".split(
      " ",
    ),
  )("%s is not", (address) => expect(isPublicAddress(address)).toBe(false));
});

describe("namesPrivateHost", () => {
  it.each([
    ["http://127.0.0.1:8080/", true],
    ["http://[::1]/", true],
    ["http://2130706433/", true],
    ["http://localhost/", true],
    ["http://docs/", true],
    ["http://docs.corp.internal./", true],
    ["http://printer.local/", true],
    ["https://docs.example.org/", false],
    ["https://localhost.example.org/", false],
    ["https://1.1.1.1/", false],
  ])("%s: %s", (url, isPrivate) => expect(namesPrivateHost(new URL(url))).toBe(isPrivate));
});

describe("createSiteTransport", () => {
  const request = {
    headers: {},
    signal: new AbortController().signal,
    maxBytes: 10_000,
    wants: () => true,
  };
  const open = (site: string, lookup: LookupFunction): SiteTransport => {
    const transport = createSiteTransport(new URL(site), lookup);
    onTestFinished(() => transport[Symbol.dispose]());
    return transport;
  };
  const toLoopback: LookupFunction = (_, options, done) =>
    options.all === true
      ? done(null, [{ address: "127.0.0.1", family: 4 }])
      : done(null, "127.0.0.1", 4);

  it("does not connect a public name to a private address, at the moment of connecting", async () => {
    const site = await waywardSite({ "/": page("Secret") });
    const { port } = new URL(site.url);
    const transport = open("http://docs.example.org/", toLoopback);
    await expect(transport(new URL(`http://docs.example.org:${port}/`), request)).rejects.toThrow(
      "docs.example.org (127.0.0.1) is an address of a private network",
    );
    await expect(transport(new URL(site.url), request)).rejects.toThrow("private network");
    await expect(transport(new URL(`http://[::1]:${port}/`), request)).rejects.toThrow("private");
    expect(site.requested).toEqual([]);
  });

  it("goes where a source that names a private host leads", async () => {
    const site = await waywardSite({ "/": (_, response) => send(response, "Hello") });
    const { port } = new URL(site.url);
    const transport = open("http://docs.internal/", toLoopback);
    const response = await transport(new URL(`http://docs.internal:${port}/`), request);
    expect(Buffer.from(response.body).toString()).toBe("Hello");
    expect(response.header("content-type")).toBe("text/plain");
  });

  it("reads no body that is not wanted", async () => {
    const site = await waywardSite({ "/": page("Home"), "/500": 500 });
    const transport = open(site.url, toLoopback);
    const unwanted = await transport(new URL(site.url), { ...request, wants: () => false });
    expect(unwanted.body).toHaveLength(0);
    expect((await transport(new URL("/500", site.url), request)).status).toBe(500);
  });
});
