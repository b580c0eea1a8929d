import { describe, expect, it } from "vitest";
import { AcmeTimeout } from "../../src/acme/deadline.ts";
import { AcmeProblem, type ProblemDocument } from "../../src/acme/problem.ts";
import { explainFailure } from "../../src/certs/explain-failure.ts";
import { LocalLimitError } from "../../src/certs/local-limit-error.ts";
import { DocportError } from "../../src/lib/errors.ts";

const URN = "urn:ietf:params:acme:error:";
const NAMES = ["a.test", "b.test"];

function problem(document: Partial<ProblemDocument>, retryAfterMs?: number): AcmeProblem {
  return new AcmeProblem(
    {
      type: "about:blank",
      status: 400,
      title: undefined,
      detail: undefined,
      instance: undefined,
      subproblems: [],
      algorithms: [],
      ...document,
    },
    { action: "newOrder", now: 0, retryAfterMs },
  );
}

describe("explainFailure", () => {
  it("takes the part of a compound problem that says something, and the name it is about", () => {
    const error = problem({
      type: `${URN}compound`,
      detail: "Several problems",
      subproblems: [
        { type: `${URN}caa`, detail: "CAA forbids", identifier: { type: "dns", value: "b.test" } },
      ],
    });
    expect(explainFailure(error, { names: NAMES })).toEqual({
      cause: "caa",
      sentence: "A CAA record in DNS does not allow this CA to issue for b.test.",
      fix: "Add this CA to the CAA records of b.test, or remove them.",
      caWords: "Several problems; CAA forbids",
      type: `${URN}caa`,
      identifier: "b.test",
    });
  });

  it("finds the problem under an order or an authorization that failed", () => {
    const cause = problem({ type: `${URN}dns`, detail: "NXDOMAIN looking up A for a.test" });
    const error = new DocportError("ERR_ACME_AUTHORIZATION_INVALID", "no", { cause });
    expect(explainFailure(error, { names: NAMES })).toMatchObject({
      cause: "dns",
      sentence: "The CA could not find a.test in DNS.",
      identifier: "a.test",
    });
  });

  it("says what DNS and our own check say", () => {
    const error = problem({ type: `${URN}connection`, detail: "Timeout" });
    const addresses = new Map([["a.test", ["192.0.2.1", "2001:db8::1"]]]);
    expect(explainFailure(error, { names: ["a.test"], addresses }).sentence).toBe(
      "The CA could not connect to a.test (192.0.2.1, 2001:db8::1).",
    );
    expect(
      explainFailure(error, { names: ["a.test"], addresses: new Map([["a.test", []]]) }).sentence,
    ).toBe("The CA could not connect to a.test, which has no address in DNS.");
    expect(
      explainFailure(error, { names: ["a.test"], doubts: ["port 80 is closed"] }).sentence,
    ).toBe("The CA could not connect to a.test, and neither could we: port 80 is closed.");
  });

  it("keeps a Retry-After, a link to end a pause, and a page to agree on", () => {
    const limited = problem(
      { type: `${URN}rateLimited`, detail: "Paused, see https://x.test/unpause?a=b)." },
      60_000,
    );
    expect(explainFailure(limited, { names: NAMES })).toMatchObject({
      retryAfterMs: 60_000,
      link: "https://x.test/unpause?a=b",
      cause: "ca-limit",
    });
    const terms = problem({ type: `${URN}userActionRequired`, instance: "https://x.test/terms" });
    expect(explainFailure(terms, { names: NAMES }).fix).toBe(
      "Open https://x.test/terms and follow it.",
    );
  });

  it("takes any 5xx for the CA's own trouble, and anything unknown for a refusal", () => {
    expect(explainFailure(problem({ status: 503 }), { names: NAMES }).cause).toBe("ca-down");
    expect(explainFailure(problem({ type: `${URN}invented` }), { names: NAMES })).toMatchObject({
      cause: "unknown",
      sentence: "The CA refused to issue a certificate for a.test, b.test.",
    });
  });

  it.each([
    [new AcmeTimeout("The CA did not finish in time", 90_000), "ca-down", "ERR_ACME_TIMEOUT"],
    [new LocalLimitError("new orders", 0), "ca-limit", "ERR_CERT_RATE_LIMIT"],
    [new DocportError("ERR_STORAGE_FULL", "storage: full"), "storage", "ERR_STORAGE_FULL"],
    [new DocportError("ERR_DNS_HOOK", "x".repeat(9_000)), "dns", "ERR_DNS_HOOK"],
    [new TypeError("a bug"), "unknown", "unknown"],
    ["thrown text", "unknown", "unknown"],
    [undefined, "unknown", "unknown"],
  ])("explains %s", (error, cause, type) => {
    const explained = explainFailure(error, { names: NAMES });
    expect(explained).toMatchObject({ cause, type });
    expect(explained.sentence).toMatch(/[.!?]$/);
    expect(explained.sentence.length).toBeLessThan(600);
    expect(explained.fix).not.toBe("");
  });
});
