import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LedgerEntry } from "../../../src/certs/ledger/ledger-entry.ts";
import {
  judgeAccountLimit,
  judgeOrderLimits,
  LETS_ENCRYPT_LIMITS,
  nextTokenAt,
  publishedLimitsOf,
  type RateLimit,
  tokensLeft,
} from "../../../src/certs/ledger/rate-limits.ts";

const CA = "https://acme-v02.api.letsencrypt.org/directory";
const SET = "a.example.com,b.example.com";
const NOW = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

const entry = (
  kind: LedgerEntry["kind"],
  at: number,
  more: Partial<LedgerEntry> = {},
): LedgerEntry => ({
  at,
  kind,
  ca: CA,
  set: SET,
  ...more,
});
const judge = (entries: readonly LedgerEntry[], now = NOW) =>
  judgeOrderLimits(LETS_ENCRYPT_LIMITS, entries, { ca: CA, set: SET, names: SET.split(","), now });

/** The bucket as one would explain it: it fills, and each use takes one. */
function bucketAt(limit: RateLimit, times: readonly number[], now: number): number {
  let tokens = limit.burst;
  let last = Number.NEGATIVE_INFINITY;
  for (const at of times.toSorted((a, b) => a - b)) {
    if (last > Number.NEGATIVE_INFINITY) {
      tokens = Math.min(limit.burst, tokens + (at - last) / limit.refillMs);
    }
    tokens -= 1;
    last = at;
  }
  return Math.min(limit.burst, tokens + (now - last) / limit.refillMs);
}

describe("a token bucket", () => {
  it("allows the next exactly when a plain bucket holds one", () => {
    const limits = fc.record({
      burst: fc.integer({ min: 1, max: 8 }),
      refillMs: fc.integer({ min: 10, max: 1_000 }),
    });
    const times = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 20 });
    fc.assert(
      fc.property(limits, times, (limit, raw) => {
        // Only uses that were allowed: what a bucket owes is nobody's business.
        const used: number[] = [];
        for (const at of raw.toSorted((a, b) => a - b)) {
          if (nextTokenAt(limit, used) <= at) used.push(at);
        }
        const next = nextTokenAt(limit, used);
        const last = used.at(-1) ?? 0;
        const isNow = next <= last && bucketAt(limit, used, last) >= 1 - 1e-9;
        const isThen =
          Math.abs(bucketAt(limit, used, next) - 1) < 1e-6 && bucketAt(limit, used, next - 1) < 1;
        expect(used.length === 0 || isNow || isThen).toBe(true);
        const left = tokensLeft(limit, used, last);
        expect(left).toBe(Math.floor(bucketAt(limit, used, last) + 1e-9));
      }),
    );
  });
});

describe("judgeOrderLimits", () => {
  it("allows five certificates of a set in a week, and the sixth after 34 hours", () => {
    const issue = (i: number): LedgerEntry =>
      entry("finalize-requested", NOW + i, { url: `https://ca.test/order/${i}` });
    expect(judge([0, 1, 2, 3].map(issue)).allowedAt).toBeLessThanOrEqual(NOW);
    const verdict = judge([0, 1, 2, 3, 4].map(issue));
    expect(verdict).toMatchObject({ limit: "certificatesPerSet", left: 0 });
    expect(verdict.allowedAt).toBe(NOW + 34 * HOUR);
  });

  it("counts a finalize once however often it was repeated, and not when it was refused", () => {
    const url = "https://ca.test/order/1";
    const repeated = Array.from({ length: 9 }, (_, i) =>
      entry("finalize-requested", NOW + i, { url }),
    );
    expect(judge(repeated).left).toBe(4);
    expect(judge([...repeated, entry("order-closed", NOW + 9, { url })]).left).toBe(5);
  });

  it("does not count renewals inside the CA's window", () => {
    const exempt = Array.from({ length: 9 }, (_, i) =>
      entry("finalize-requested", NOW, { url: `${i}`, exempt: true }),
    );
    expect(judge(exempt).allowedAt).toBe(0);
    const orders = Array.from({ length: 400 }, () =>
      entry("order-requested", NOW, { exempt: true }),
    );
    expect(judge(orders).allowedAt).toBe(0);
  });

  it("counts failed validations of each identifier, and those whose outcome we never learnt", () => {
    const identifier = "a.example.com";
    const failed = [0, 1, 2].flatMap((i) => [
      entry("validation-requested", NOW + i, { identifier }),
      entry("validation-failed", NOW + i, { identifier }),
    ]);
    const lost = [3, 4].map((i) => entry("validation-requested", NOW + i, { identifier }));
    expect(judge([...failed, ...lost])).toMatchObject({
      limit: "failedValidationsPerIdentifier",
      allowedAt: NOW + 12 * 60_000,
    });
    expect(judge([...failed, ...lost, entry("validated", NOW + 5, { identifier })]).left).toBe(2);
  });

  it("counts each CA and each set apart", () => {
    const other = Array.from({ length: 9 }, (_, i) =>
      entry("finalize-requested", NOW, { url: `${i}`, ca: "https://other.test/" }),
    );
    const set = other.map((each) => ({ ...each, ca: CA, set: "c.example.com" }));
    expect(judge([...other, ...set]).allowedAt).toBe(0);
  });

  it("counts accounts", () => {
    const asked = Array.from({ length: 10 }, () => entry("account-requested", NOW));
    expect(judgeAccountLimit(LETS_ENCRYPT_LIMITS, asked, CA, NOW).allowedAt).toBe(
      NOW + 18 * 60_000,
    );
  });

  it("knows Let's Encrypt, its staging, and counts nothing for a CA that published nothing", () => {
    expect(publishedLimitsOf(CA)).toBe(LETS_ENCRYPT_LIMITS);
    const staging = "https://acme-staging-v02.api.letsencrypt.org/directory";
    expect(publishedLimitsOf(staging).certificatesPerSet?.burst).toBe(30_000);
    expect(publishedLimitsOf("https://localhost:14000/dir")).toEqual({});
    expect(publishedLimitsOf("not a url")).toEqual({});
  });
});
