import { describe, expect, it } from "vitest";
import { LEDGER_KEY } from "../../../src/certs/ledger/ledger.ts";
import { LETS_ENCRYPT_LIMITS } from "../../../src/certs/ledger/rate-limits.ts";
import { loadText } from "../../../src/certs/storage.ts";
import { DAY, HOUR, KeeperStage } from "./keeper-stage.ts";

describe("a year of renewals", () => {
  it.each([
    ["classic", 90 * DAY, 365],
    ["tlsserver", 45 * DAY, 100],
    ["shortlived", 160 * HOUR, 60],
  ])(
    "of %s certificates: each inside the CA's window, none too many, never without one",
    async (profile, lifeMs, days) => {
      const renewAfterMs = (lifeMs * 2) / 3;
      const stage = await new KeeperStage({ profile, limits: LETS_ENCRYPT_LIMITS }).start();
      await stage.pass(days * DAY);
      const { issued } = stage.ca;
      expect(stage.ofType("failed")).toEqual([]);
      expect(issued.length).toBeGreaterThanOrEqual(
        Math.floor((days * DAY) / (renewAfterMs * 1.03)),
      );
      expect(issued.length).toBeLessThanOrEqual(
        Math.ceil((days * DAY) / (renewAfterMs * 0.97)) + 1,
      );
      expect(stage.ofType("renewed").every(({ exempt }) => exempt)).toBe(true);
      for (const [i, certificate] of issued.slice(1).entries()) {
        const before = issued[i];
        // This CA dates back by an hour; its window is two thirds of the life, plus or minus 1 %.
        const age = certificate.notBefore + HOUR - (before?.notBefore ?? 0);
        expect(Math.abs(age / lifeMs - 2 / 3)).toBeLessThanOrEqual(0.01);
        expect(certificate.replaces).toBe(before?.ariCertificateId);
      }
      expect(new Set(issued.map(({ publicKeyInfo }) => String(publicKeyInfo))).size).toBe(
        issued.length,
      );
      expect(stage.manager.status()).toMatchObject({ state: "ok", window: {} });
      const ledger = (await loadText(stage.storage, LEDGER_KEY)) ?? "";
      expect(ledger.length).toBeLessThan(1_000_000);
      await stage.dispose();
    },
    60_000,
  );

  it("without ARI goes by two thirds of the life", async () => {
    const stage = new KeeperStage({ ca: { behaviour: { offersRenewalInfo: false } } });
    await stage.start();
    await stage.pass(61 * DAY);
    const [first, second] = stage.ca.issued;
    const apart = (second?.notBefore ?? 0) - (first?.notBefore ?? 0);
    expect(Math.round(apart / DAY)).toBe(60);
    expect(stage.ofType("renewed").map(({ exempt }) => exempt)).toEqual([false]);
    await stage.dispose();
  });

  it("with a CA that postpones waits down to the emergency floor, and no further", async () => {
    const stage = new KeeperStage({
      ca: {
        behaviour: {
          renewalWindow: ({ notAfter }) => ({ start: notAfter + DAY, end: notAfter + 9 * DAY }),
        },
      },
    });
    await stage.start();
    await stage.skip(80 * DAY);
    await stage.pass(5 * DAY);
    expect(stage.ca.issued).toHaveLength(1);
    await stage.pass(DAY);
    expect(stage.ca.issued).toHaveLength(2);
    expect(stage.ofType("attempt").map(({ why }) => why)).toEqual(["missing", "emergency"]);
    await stage.dispose();
  });

  it("renews within minutes when the window is moved into the past, and once", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(5 * DAY);
    const revokedFrom = stage.clock.now();
    stage.ca.behaviour.renewalWindow = ({ notBefore }) =>
      notBefore < revokedFrom - 2 * HOUR
        ? { start: revokedFrom - HOUR, end: revokedFrom - HOUR / 2 }
        : { start: notBefore + 60 * DAY, end: notBefore + 61 * DAY };
    await stage.pass(7.5 * HOUR); // Retry-After of the renewal information is six hours.
    expect(stage.ca.issued).toHaveLength(2);
    await stage.pass(20 * DAY);
    expect(stage.ca.issued).toHaveLength(2);
    expect(stage.ofType("renewed")[0]).toMatchObject({ exempt: false });
    await stage.dispose();
  });

  it("does not chase a CA that wants each new certificate replaced at once", async () => {
    const stage = new KeeperStage({
      ca: {
        behaviour: { renewalWindow: ({ notBefore }) => ({ start: notBefore, end: notBefore + 1 }) },
      },
    });
    await stage.start();
    await stage.pass(2 * DAY);
    expect(stage.ca.issued.length).toBeLessThanOrEqual(10);
    await stage.dispose();
  });

  it("takes a failing or nonsensical renewal information for no news", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const renewAt = stage.manager.status().window?.renewAt;
    stage.ca.inject({ on: "renewalInfo", fault: { kind: "page", status: 503 }, times: 40 });
    stage.ca.inject({ on: "renewalInfo", fault: { kind: "body", text: "{}" }, times: 40 });
    stage.ca.behaviour.renewalWindow = () => ({ start: 2, end: 1 });
    await stage.pass(30 * DAY);
    expect(stage.manager.status().window?.renewAt).toBe(renewAt);
    expect(stage.ca.issued).toHaveLength(1);
    await stage.pass(31 * DAY);
    expect(stage.ofType("renewed")).toMatchObject([{ exempt: true }]);
    await stage.dispose();
  });

  it("draws the instant once: restarts do not move it", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const renewAt = stage.manager.status().window?.renewAt;
    expect(renewAt).toBeDefined();
    for (let i = 0; i < 5; i++) {
      await stage.dispose();
      await stage.restart();
      await stage.pass(7 * HOUR);
      expect(stage.manager.status().window?.renewAt).toBe(renewAt);
    }
    await stage.dispose();
  });
});
