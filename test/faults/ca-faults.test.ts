import { describe, expect, it } from "vitest";
import type { Endpoint } from "../../src/certs/drill/ca/acme-server.ts";
import { DAY, HOUR, KeeperStage, URN } from "../certs/manager/keeper-stage.ts";
import type { CertificateFlaw, Fault } from "../support/acme-ca/faults.ts";

const ENDPOINTS: readonly Endpoint[] = [
  "directory",
  "newNonce",
  "newAccount",
  "newOrder",
  "authorization",
  "challenge",
  "order",
  "finalize",
  "certificate",
];

const FAULTS: Readonly<Record<string, Fault>> = {
  unreachable: { kind: "unreachable" },
  "lost after the deed": { kind: "lost" },
  hang: { kind: "hang" },
  "hang after the deed": { kind: "hang", obeyed: true },
  cut: { kind: "cut", bytes: 20 },
  "slow bytes": { kind: "drip", msPerByte: 500 },
  late: { kind: "late", ms: 20_000 },
  "captive portal": { kind: "page", status: 200 },
  "redirect to a login": { kind: "page", status: 302, headers: { location: "https://x.test" } },
  "503 page": { kind: "page", status: 503, headers: { "retry-after": "90" } },
  "500 problem": { kind: "problem", status: 500, type: "serverInternal" },
  "429 in seconds": { kind: "problem", status: 429, type: "rateLimited", retryAfter: "7200" },
  "429 as a date": {
    kind: "problem",
    status: 429,
    type: "rateLimited",
    retryAfter: "Sun, 22 Nov 2026 03:00:00 GMT",
  },
  "no content type": { kind: "header", name: "content-type", value: undefined },
  "not JSON": { kind: "body", text: "<html>" },
  "empty JSON": { kind: "body", text: "{}" },
  "bad nonce": { kind: "problem", status: 400, type: "badNonce" },
};

describe.each(ENDPOINTS)("a CA whose %s", (on) => {
  it.each(Object.entries(FAULTS))(
    "shows %s, twice: a certificate comes all the same",
    async (_, fault) => {
      const stage = new KeeperStage();
      stage.ca.inject({ on, fault, times: 2 });
      await stage.start();
      await stage.pass(5 * HOUR);
      const { store } = stage.ca.server;
      expect(stage.manager.status()).toMatchObject({ state: "ok", isReady: true });
      expect(await stage.visibleSerial()).toBe(stage.manager.current()?.chain.serialNumber);
      expect(store.accounts.size).toBe(1);
      expect(store.orders.size).toBe(1);
      expect(stage.ca.issued).toHaveLength(1);
      expect(stage.ofType("unexpected")).toEqual([]);
      await stage.dispose();
    },
  );

  it("never works again: the old certificate is served, with a reason, and few requests", async () => {
    const stage = await new KeeperStage().start();
    await stage.skip(58 * DAY);
    const before = stage.manager.current();
    for (const fault of [{ kind: "hang" }, { kind: "page", status: 500 }] as const) {
      stage.ca.inject({ on, fault, times: 50 });
    }
    stage.ca.inject({ on, fault: { kind: "unreachable" }, times: Number.POSITIVE_INFINITY });
    const requests = stage.ca.requests.length;
    await stage.pass(10 * DAY);
    // A renewal has its account already, and a CA that issues at once is not asked how the order is.
    const isNeeded = on !== "newAccount" && on !== "order";
    expect(stage.manager.current() === before).toBe(isNeeded);
    expect(stage.manager.status().isReady).toBe(true);
    expect(stage.manager.status().failure !== undefined).toBe(isNeeded);
    expect(stage.ca.requests.length - requests).toBeLessThan(on === "directory" ? 1_200 : 500);
    expect(stage.ca.issued.length).toBeLessThanOrEqual(2);
    await stage.dispose();
  });
});

describe("a CA that sends a certificate which is", () => {
  const flaws: readonly CertificateFlaw[] = [
    "otherKey",
    "otherNames",
    "expired",
    "corrupt",
    "wrongIntermediate",
    "empty",
  ];
  it.each(flaws)("%s: it is not put into service, and asked for again", async (flaw) => {
    const stage = new KeeperStage();
    stage.ca.inject({ on: "certificate", fault: { kind: "certificate", flaw }, times: 2 });
    await stage.start();
    expect(stage.served).toEqual([]);
    expect(stage.ofType("failed")).toHaveLength(1);
    await stage.pass(3 * HOUR);
    expect(stage.manager.status().state).toBe("ok");
    // It had been issued: downloading it again costs nothing.
    expect(stage.ca.issued).toHaveLength(1);
    await stage.dispose();
  });

  it("always for another key: the old one is served, and a handful is asked for", async () => {
    const stage = await new KeeperStage().start();
    const first = stage.manager.current();
    const fault = { kind: "certificate", flaw: "otherKey" } as const;
    stage.ca.inject({ on: "certificate", fault, times: Number.POSITIVE_INFINITY });
    await stage.skip(59 * DAY);
    await stage.pass(7 * DAY);
    expect(stage.manager.current()).toBe(first);
    expect(stage.ca.issued.length).toBeLessThanOrEqual(4);
    expect(stage.manager.status().failure?.sentence).toContain("belongs to another certificate");
    await stage.dispose();
  });
});

describe("a CA that", () => {
  it("refuses nine of ten nonces gets nothing out of it", async () => {
    const stage = await new KeeperStage({ ca: { behaviour: { badNonceRate: 0.9 } } }).start();
    await stage.pass(HOUR);
    expect(stage.manager.status().state).toBe("ok");
    await stage.dispose();
  });

  it("never ends a validation is asked again about the same order, not for another", async () => {
    let verdict: "never" | "valid" = "never";
    const stage = new KeeperStage({ ca: { behaviour: { validate: () => verdict } } });
    await stage.start();
    await stage.pass(3 * HOUR);
    expect(stage.ca.server.store.orders.size).toBe(1);
    expect(stage.manager.status().failure?.type).toBe("ERR_ACME_TIMEOUT");
    verdict = "valid";
    await stage.pass(9 * DAY);
    expect(stage.manager.status().state).toBe("ok");
    expect(stage.ca.server.store.orders.size).toBeLessThanOrEqual(3);
    await stage.dispose();
  });

  it("takes a quarter of an hour to issue is waited for over several attempts", async () => {
    const stage = new KeeperStage({
      ca: { behaviour: { processingMs: HOUR / 4, retryAfter: "30" } },
    });
    await stage.start();
    await stage.pass(3 * HOUR);
    expect(stage.manager.status().state).toBe("ok");
    expect(stage.ca.issued).toHaveLength(1);
    await stage.dispose();
  });

  it.each([
    ["caa", "A CAA record in DNS does not allow this CA to issue for docs.example.com."],
    ["dns", "The CA could not find docs.example.com in DNS."],
    ["connection", "The CA could not connect to docs.example.com."],
    ["tls", "The CA reached a server at docs.example.com that did not answer its challenge."],
    ["unauthorized", "The CA reached another server than this one at docs.example.com."],
  ])("finds %s is explained in one sentence, its own words kept", async (type, sentence) => {
    const stage = new KeeperStage({
      ca: { behaviour: { validate: () => ({ type: URN + type, detail: "In the CA's words" }) } },
    });
    await stage.start();
    expect(stage.manager.status().failure).toMatchObject({
      sentence,
      caWords: "In the CA's words",
      type: URN + type,
      count: 1,
    });
    await stage.dispose();
  });

  it("pauses a name says where to end it", async () => {
    const stage = new KeeperStage();
    stage.ca.inject({
      on: "newOrder",
      fault: {
        kind: "problem",
        status: 429,
        type: "rateLimited",
        detail: "Your account is paused. Visit https://portal.test/unpause?x=1.",
      },
    });
    await stage.start();
    expect(stage.manager.status().failure?.fix).toBe(
      "Open https://portal.test/unpause?x=1 and follow it.",
    );
    await stage.dispose();
  });

  it("refuses what we say we replace still renews", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const fault = { kind: "problem", status: 409, type: "alreadyReplaced" } as const;
    stage.ca.inject({ on: "newOrder", fault });
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(stage.ca.issued).toMatchObject([{}, { replaces: undefined }]);
    expect(stage.ofType("failed")).toEqual([]);
    await stage.dispose();
  });

  it("refuses what we say we replace gets no order that its limits do not allow", async () => {
    const week = { burst: 1, refillMs: 365 * DAY };
    const stage = new KeeperStage({ limits: { certificatesPerSet: week } });
    await stage.start();
    await stage.pass(HOUR);
    const fault = { kind: "problem", status: 409, type: "alreadyReplaced" } as const;
    stage.ca.inject({ on: "newOrder", fault });
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(stage.count("POST newOrder")).toBe(2);
    expect(stage.ofType("failed")).toMatchObject([{ failure: { type: "ERR_CERT_RATE_LIMIT" } }]);
    await stage.dispose();
  });

  it("has given up a profile issues its default one", async () => {
    const stage = new KeeperStage({ profile: "shortlived" });
    const fault = { kind: "problem", status: 400, type: "invalidProfile" } as const;
    stage.ca.inject({ on: "newOrder", fault });
    await stage.start();
    expect(stage.ca.issued).toMatchObject([{ profile: "classic" }]);
    await stage.dispose();
    const other = await new KeeperStage({ profile: "no-such-profile" }).start();
    expect(other.ca.issued).toMatchObject([{ profile: "classic" }]);
    await other.dispose();
  });
});
