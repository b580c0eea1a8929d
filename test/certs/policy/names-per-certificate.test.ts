import { describe, expect, it } from "vitest";
import { exceededNameLimit } from "../../../src/certs/policy/names-per-certificate.ts";

const PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory";
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

const namesUpTo = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `docs-${i}.example.com`);

describe.each([PRODUCTION, STAGING, undefined])("the names in a certificate of %s", (directory) => {
  it.each([
    [100, undefined, undefined],
    [101, undefined, { most: 100, profile: undefined }],
    [100, "classic", undefined],
    [101, "classic", { most: 100, profile: undefined }],
    [25, "tlsserver", undefined],
    [26, "tlsserver", { most: 25, profile: "tlsserver" }],
    [25, "shortlived", undefined],
    [26, "shortlived", { most: 25, profile: "shortlived" }],
  ])("are limited: %i with the profile %s", (count, profile, limit) => {
    expect(exceededNameLimit(directory, { names: namesUpTo(count), profile })).toEqual(limit);
  });

  it.each(["192.0.2.7", "2001:db8::7"])("are 25 with the address %s", (address) => {
    const wish = (count: number) => ({
      names: [...namesUpTo(count - 1), address],
      profile: undefined,
    });
    expect(exceededNameLimit(directory, wish(25))).toBeUndefined();
    expect(exceededNameLimit(directory, wish(26))).toEqual({ most: 25, profile: "shortlived" });
  });

  it("count once when they are there twice", () => {
    const names = [...namesUpTo(100), ...namesUpTo(100)];
    expect(exceededNameLimit(directory, { names, profile: undefined })).toBeUndefined();
  });
});

it("knows of no limit of another CA", () => {
  const wish = { names: namesUpTo(1_000), profile: "shortlived" };
  expect(exceededNameLimit("https://ca.example.com/directory", wish)).toBeUndefined();
});
