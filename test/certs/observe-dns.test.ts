import { expect, it } from "vitest";
import { dnsAddresses, dnsObserver, type ObserverResolver } from "../../src/certs/observe-dns.ts";

it("is the same text whatever the order of the answers, and another when one changes", async () => {
  let addresses = ["192.0.2.2", "192.0.2.1"];
  const asked: string[] = [];
  const resolver = {
    resolve4: (host: string) => {
      asked.push(host);
      return Promise.resolve(addresses);
    },
    resolve6: () => Promise.reject(Object.assign(new Error("none"), { code: "ENODATA" })),
    resolveCaa: () => Promise.resolve([{ critical: 0, issue: "ca.test" }]),
  } as unknown as ObserverResolver;
  const observe = dnsObserver(["docs.test", "*.wild.test", "192.0.2.9"], resolver);
  const before = await observe();
  expect(before).toContain("ENODATA");
  addresses = ["192.0.2.1", "192.0.2.2"];
  expect(await observe()).toBe(before);
  addresses = ["192.0.2.1"];
  expect(await observe()).not.toBe(before);
  expect(new Set(asked)).toEqual(new Set(["docs.test", "wild.test"]));
});

it("knows the addresses of a name, that it has none, and that it could not ask", async () => {
  const refuse = (code: string) => Promise.reject(Object.assign(new Error("none"), { code }));
  const resolver = {
    resolve4: (host: string) =>
      host === "docs.test" ? Promise.resolve(["192.0.2.1"]) : refuse("ENOTFOUND"),
    resolve6: (host: string) => refuse(host === "silent.test" ? "ETIMEOUT" : "ENODATA"),
  } as unknown as ObserverResolver;
  const look = dnsAddresses(["docs.test", "none.test", "silent.test", "192.0.2.9"], resolver);
  expect([...(await look())]).toEqual([
    ["docs.test", ["192.0.2.1"]],
    ["none.test", []],
  ]);
});
