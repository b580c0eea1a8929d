import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AcmeProblem, readProblemDocument } from "../../src/acme/problem.ts";

// RFC 8555 §6.7.1.
const EXAMPLE = {
  type: "urn:ietf:params:acme:error:malformed",
  detail: "Some of the identifiers requested were rejected",
  subproblems: [
    {
      type: "urn:ietf:params:acme:error:malformed",
      detail: 'Invalid underscore in DNS name "_example.org"',
      identifier: { type: "dns", value: "_example.org" },
    },
    {
      type: "urn:ietf:params:acme:error:rejectedIdentifier",
      detail: 'This CA will not issue for "example.net"',
      identifier: { type: "dns", value: "example.net" },
    },
  ],
};

const context = { action: "newOrder", now: 1_000_000 };

describe("AcmeProblem", () => {
  it("keeps the RFC's example whole", () => {
    const problem = new AcmeProblem(readProblemDocument(EXAMPLE, 403), context);
    expect(problem).toMatchObject({
      ...EXAMPLE,
      status: 403,
      errorName: "malformed",
      algorithms: [],
    });
    expect(problem.message).toBe(
      'The CA refused newOrder (403 malformed): Some of the identifiers requested were rejected; _example.org: Invalid underscore in DNS name "_example.org"; example.net: This CA will not issue for "example.net"',
    );
  });

  it("says when to come back, as a duration and as an instant", () => {
    const problem = new AcmeProblem(readProblemDocument({}, 429), {
      ...context,
      retryAfterMs: 60_000,
    });
    expect(problem).toMatchObject({
      retryAfterMs: 60_000,
      retryAfterAt: 1_060_000,
      type: "about:blank",
    });
  });

  it("keeps the algorithms, the title and the instance", () => {
    const document = readProblemDocument({
      type: "urn:ietf:params:acme:error:badSignatureAlgorithm",
      title: "no",
      instance: "https://ca.test/help",
      status: 400,
      algorithms: ["ES256", 7],
    });
    expect(document).toMatchObject({
      title: "no",
      instance: "https://ca.test/help",
      status: 400,
      algorithms: ["ES256"],
    });
  });

  it("has no name for types that are not ACME's", () => {
    const foreign = readProblemDocument({ type: "https://ca.test/errors/strange" });
    expect(new AcmeProblem(foreign, context).errorName).toBeUndefined();
    const unknown = readProblemDocument({ type: "urn:ietf:params:acme:error:toString" });
    expect(new AcmeProblem(unknown, context).errorName).toBeUndefined();
  });

  it("lets no control characters through to a terminal, and no end of text", () => {
    const detail = `\u001b[2J\u202edangerous\n${"x".repeat(10_000)}`;
    const problem = new AcmeProblem(readProblemDocument({ detail }), context);
    expect(problem.message).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(problem.detail?.length).toBe(4096);
  });

  it("can be made from anything at all", () => {
    const anything = fc.property(fc.jsonValue(), (value) => {
      const problem = new AcmeProblem(readProblemDocument(value), context);
      return problem.code === "ERR_ACME_PROBLEM" && problem.hint !== undefined;
    });
    expect(() => fc.assert(anything)).not.toThrow();
  });
});
