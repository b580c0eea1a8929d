import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CertificateInUse,
  decide,
  emergencyAt,
  type RenewalState,
} from "../../../src/certs/policy/decide.ts";

const T0 = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const cert = (lifeMs: number, more: Partial<CertificateInUse> = {}): CertificateInUse => ({
  notBefore: T0,
  notAfter: T0 + lifeMs,
  coversAllNames: true,
  isFromConfiguredCa: true,
  source: "acme",
  ...more,
});
const state = (more: Partial<RenewalState> = {}): RenewalState => ({
  retryAt: 0,
  allowedAt: 0,
  clock: { kind: "ok" },
  ...more,
});

describe("decide", () => {
  it("orders at once when there is none, or a name is missing in it", () => {
    expect(decide(T0, state())).toEqual({ kind: "renew", why: "missing", exempt: false });
    const certificate = cert(90 * DAY, { coversAllNames: false });
    expect(decide(T0, state({ certificate }))).toMatchObject({ why: "names-changed" });
    const staging = cert(90 * DAY, { isFromConfiguredCa: false });
    expect(decide(T0, state({ certificate: staging }))).toMatchObject({ why: "ca-changed" });
  });

  it.each([
    ["90 days", 90 * DAY, 60 * DAY],
    ["45 days", 45 * DAY, 30 * DAY],
    ["160 hours", 160 * HOUR, 80 * HOUR],
  ])(
    "renews a certificate of %s without ARI at two thirds, or half of a short life",
    (_, life, at) => {
      const s = state({ certificate: cert(life) });
      expect(decide(T0 + at - 1, s)).toEqual({ kind: "nothing", until: T0 + at });
      expect(decide(T0 + at, s)).toEqual({ kind: "renew", why: "lifetime", exempt: false });
    },
  );

  it("obeys the CA's window, and knows whether the renewal is exempt", () => {
    const planned = { start: T0 + 10 * DAY, end: T0 + 11 * DAY, renewAt: T0 + 10 * DAY + HOUR };
    const s = state({ certificate: cert(90 * DAY), planned, allowedAt: T0 + 80 * DAY });
    expect(decide(planned.renewAt - 1, s).kind).toBe("nothing");
    expect(decide(planned.renewAt, s)).toEqual({ kind: "renew", why: "ari", exempt: true });
    // Outside the window the limits count.
    expect(decide(planned.end, s)).toMatchObject({ kind: "wait", because: "rate-limit" });
  });

  it("obeys a CA that postpones, down to a twentieth of the life", () => {
    const planned = { start: T0 + 89 * DAY, end: T0 + 95 * DAY, renewAt: T0 + 92 * DAY };
    const s = state({ certificate: cert(90 * DAY), planned });
    const floor = emergencyAt(cert(90 * DAY));
    expect(decide(T0 + 70 * DAY, s)).toEqual({ kind: "nothing", until: floor });
    expect(decide(floor, s)).toMatchObject({ kind: "renew", why: "emergency", exempt: false });
    expect(decide(T0 + 89 * DAY, s)).toMatchObject({ why: "emergency", exempt: true });
    expect(decide(T0 + 91 * DAY, s)).toMatchObject({ why: "expired" });
  });

  it("leaves a user's own certificate alone until it would be too late", () => {
    const certificate = cert(90 * DAY, { source: "user" });
    const planned = { start: T0, end: T0 + DAY, renewAt: T0 };
    const s = state({ certificate, planned });
    expect(decide(T0 + 80 * DAY, s).kind).toBe("nothing");
    expect(decide(T0 + 86 * DAY, s)).toMatchObject({ kind: "renew", why: "emergency" });
  });

  it("waits for the retry, the limit and the clock, and says for which", () => {
    expect(decide(T0, state({ retryAt: T0 + 5 }))).toEqual({
      kind: "wait",
      until: T0 + 5,
      because: "retry",
      why: "missing",
    });
    expect(decide(T0, state({ allowedAt: T0 + 5 }))).toMatchObject({ because: "rate-limit" });
    expect(decide(T0, state({ clock: { kind: "suspect" } }))).toMatchObject({ because: "clock" });
  });

  it("renews when told to, but not against a limit", () => {
    const forced = state({ certificate: cert(90 * DAY), isForced: true });
    expect(decide(T0, forced)).toMatchObject({ kind: "renew", why: "forced" });
    expect(decide(T0, { ...forced, allowedAt: T0 + 1 })).toMatchObject({ because: "rate-limit" });
  });

  it("never acts before its time, never sleeps past the floor, never breaks a wait", () => {
    const states = fc.record({
      life: fc.constantFrom(160 * HOUR, 45 * DAY, 90 * DAY),
      at: fc.integer({ min: 0, max: 100 * DAY }),
      start: fc.option(fc.integer({ min: -DAY, max: 120 * DAY }), { nil: undefined }),
      retryAt: fc.integer({ min: 0, max: 100 * DAY }),
      allowedAt: fc.integer({ min: 0, max: 100 * DAY }),
      source: fc.constantFrom("acme" as const, "user" as const),
    });
    fc.assert(
      fc.property(states, ({ life, at, start, retryAt, allowedAt, source }) => {
        const certificate = cert(life, { source });
        const planned =
          start === undefined
            ? {}
            : { planned: { start: T0 + start, end: T0 + start + DAY, renewAt: T0 + start + HOUR } };
        const s = state({
          certificate,
          ...planned,
          retryAt: T0 + retryAt,
          allowedAt: T0 + allowedAt,
        });
        const now = T0 + at;
        const action = decide(now, s);
        const floor = emergencyAt(certificate);
        const regular = source === "user" ? floor : (s.planned?.renewAt ?? T0 + life / 2);
        const isAllowed: Record<typeof action.kind, boolean> = {
          nothing: "until" in action && action.until > now && action.until <= floor,
          wait: "until" in action && action.until > now,
          renew:
            now >= s.retryAt &&
            (("exempt" in action && action.exempt) || now >= s.allowedAt) &&
            now >= Math.min(floor, regular),
        };
        expect(isAllowed[action.kind]).toBe(true);
      }),
    );
  });
});
