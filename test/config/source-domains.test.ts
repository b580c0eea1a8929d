import { describe, expect, it } from "vitest";
import { ConfigError, describeProblem } from "../../src/config/config-problem.ts";
import { createConfig } from "../../src/config.ts";

const GUIDE = { location: "guide", name: "Guide", domain: "guide.example.com" };
const API = { location: "api", name: "API", domain: "api.example.com" };

function namesOf(settings: object): readonly string[] {
  return createConfig(settings, "/docs").domain;
}

function mistakes(settings: object): string[] {
  try {
    createConfig(settings, "/docs");
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(describeProblem);
  }
}

describe("the domains of sources", () => {
  it("are in the certificate, after those of all", () => {
    expect(namesOf({ sources: [GUIDE, API], domain: "docs.example.com" })).toEqual([
      "docs.example.com",
      "guide.example.com",
      "api.example.com",
    ]);
    expect(createConfig({ sources: [GUIDE, API] }, "/docs")).toMatchObject({
      domain: ["guide.example.com", "api.example.com"],
      port: 443,
    });
  });

  it("are left out where a wildcard covers them, which is for one label", () => {
    const deep = { ...API, domain: "v1.api.example.com" };
    const domain = ["docs.example.com", "*.example.com"];
    expect(namesOf({ sources: [GUIDE, deep], domain })).toEqual([...domain, "v1.api.example.com"]);
  });

  it("are shared by the sources of one documentation", () => {
    const more = { location: "more", name: "Guide", domain: "guide.example.com" };
    expect(namesOf({ sources: [GUIDE, more, API] })).toEqual([GUIDE.domain, API.domain]);
  });

  it.each([
    ["one documentation", [GUIDE], "[0].domain: expected none, unless several sources have names"],
    [
      "a source without a name",
      [{ location: "guide", domain: "guide.example.com" }, API, { location: "b", name: "B" }],
      "[0].domain: expected none, unless several sources have names",
    ],
    [
      "two documentations",
      [GUIDE, { ...API, domain: GUIDE.domain }],
      "[1].domain: expected a name of its own for each documentation",
    ],
    [
      "the name of all",
      [GUIDE, { ...API, domain: "docs.example.com" }],
      "[1].domain: expected a name of its own: this one is for all sources together",
    ],
    [
      "a wildcard",
      [GUIDE, { ...API, domain: "*.example.com" }],
      "[1].domain: expected one host name: no wildcard, and no address",
    ],
    [
      "an address",
      [GUIDE, { ...API, domain: "192.0.2.1" }],
      "[1].domain: expected one host name: no wildcard, and no address",
    ],
  ])("are not for %s", (_case, sources, problem) => {
    const told = mistakes({ sources, domain: "docs.example.com" });
    expect(told).toEqual([expect.stringContaining(problem)]);
  });

  it("are not for localhost, nor for the public URL", () => {
    expect(mistakes({ sources: [GUIDE, API], tls: "local" })).toHaveLength(1);
    const publicUrl = "https://api.example.com";
    expect(mistakes({ sources: [GUIDE, API], publicUrl })).toEqual([
      expect.stringContaining("[1].domain: expected a name of its own"),
    ]);
  });
});
