import { describe, expect, it } from "vitest";
import { CertificateFolder } from "../../../src/certs/certificate-folder.ts";
import {
  leaveRenewalRequest,
  renewalRequestKey,
} from "../../../src/certs/manager/renewal-request.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import { makePair } from "../make-pair.ts";
import { DAY, HOUR, KeeperStage, NAME, trustedResponder, URN } from "./keeper-stage.ts";

const MINUTE = 60_000;
const refuse = () => ({ type: `${URN}connection`, detail: "203.0.113.9: Timeout" });

describe("CertificateManager", () => {
  it("gets a first certificate with no more than ten requests, and serves it", async () => {
    const stage = await new KeeperStage().start();
    expect(stage.ofType("failed")).toEqual([]);
    expect(stage.manager.status()).toMatchObject({ state: "ok", isReady: true });
    expect(stage.manager.current()?.chain.names).toEqual([NAME]);
    expect(stage.served).toEqual([await stage.visibleSerial()]);
    expect(stage.ca.requests.length).toBeLessThanOrEqual(10);
    expect(stage.ofType("issued")).toHaveLength(1);
    await stage.dispose();
  });

  it("asks nothing of the CA when a restart finds a good certificate", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const before = stage.ca.requests.length;
    await stage.dispose();
    await stage.restart();
    expect(stage.manager.status().state).toBe("ok");
    await stage.pass(HOUR);
    expect(stage.ca.requests.length).toBe(before);
    await stage.dispose();
  });

  it("covers several names, a wildcard by DNS, and an address with the short-lived profile", async () => {
    const stage = new KeeperStage({
      names: ["example.com", "*.example.com", "2001:db8::1"],
      responders: [trustedResponder("http-01"), trustedResponder("dns-01")],
      ca: { behaviour: { validate: () => "valid" } },
    });
    await stage.start();
    expect(stage.manager.current()?.chain.names.toSorted()).toEqual([
      "*.example.com",
      "2001:db8::1",
      "example.com",
    ]);
    expect(stage.ca.issued[0]?.profile).toBe("shortlived");
    await stage.dispose();
  });

  it("orders again when a name is added, and goes on serving meanwhile", async () => {
    const stage = await new KeeperStage().start();
    await stage.dispose();
    const more = new KeeperStage({ names: [NAME, "www.example.com"] }, stage.clock);
    more.storage = stage.storage;
    more.manager = more.newManager();
    more.ca.inject({ on: "newOrder", fault: { kind: "unreachable" }, times: 9 });
    await more.start();
    expect(more.manager.status()).toMatchObject({ state: "partial", isReady: false });
    more.ca.clearFaults();
    await more.pass(HOUR);
    expect(more.manager.current()?.chain.names).toEqual([NAME, "www.example.com"]);
    await more.dispose();
  });

  it("leaves staging for the real CA when told so", async () => {
    const stage = await new KeeperStage({ ca: { origin: "https://staging.test" } }).start();
    await stage.dispose();
    const real = new KeeperStage({}, stage.clock);
    real.storage = stage.storage;
    real.manager = real.newManager();
    await real.start();
    expect(real.ofType("attempt")).toMatchObject([{ why: "ca-changed" }]);
    expect(real.ca.issued).toHaveLength(1);
    await real.dispose();
  });

  it("renews at once when forced, and only then", async () => {
    const stage = await new KeeperStage().start();
    await stage.manager.renewNow();
    expect(stage.ca.issued).toHaveLength(1);
    const renewal = stage.manager.renewNow({ force: true });
    await stage.settle();
    expect((await renewal).certificate?.serialNumber).toBe(await stage.visibleSerial());
    expect(stage.ca.issued).toHaveLength(2);
    await stage.dispose();
    expect(await stage.manager.renewNow({ force: true })).toMatchObject({ state: "ok" });
  });

  it("says once that it waits, and for what", async () => {
    const stage = new KeeperStage();
    stage.ca.inject({ on: "newOrder", fault: RATE_LIMITED });
    await stage.start();
    await stage.pass(2 * HOUR);
    expect(stage.ofType("waiting")).toMatchObject([{ because: "retry", why: "missing" }]);
    expect(stage.manager.status()).toMatchObject({
      state: "missing",
      isReady: false,
      next: { action: "wait", because: "retry" },
      failure: { count: 1, caWords: "too many" },
    });
    await stage.dispose();
  });

  it("keeps a Retry-After to the second, across restarts, and wakes for nobody", async () => {
    const stage = new KeeperStage();
    stage.ca.inject({ on: "newOrder", fault: RATE_LIMITED });
    await stage.start();
    const from = stage.clock.now();
    for (let i = 0; i < 10; i++) {
      await stage.pass(3 * HOUR);
      await stage.dispose();
      await stage.restart();
      void stage.manager.renewNow({ force: true });
    }
    expect(stage.count("POST newOrder")).toBe(1);
    await stage.pass(34 * HOUR - (stage.clock.now() - from) - 1_000);
    expect(stage.count("POST newOrder")).toBe(1);
    await stage.pass(2_000);
    expect(stage.count("POST newOrder")).toBe(2);
    expect(stage.manager.status().state).toBe("ok");
    await stage.dispose();
  });

  it("does not retry a wrong DNS record in circles, and tries at once when it changes", async () => {
    let addresses = "203.0.113.9";
    let isReachable = false;
    const stage = new KeeperStage({
      observe: () => Promise.resolve(addresses),
      ca: {
        behaviour: {
          validate: () => (isReachable ? "valid" : refuse()),
        },
      },
    });
    await stage.start();
    await stage.pass(DAY);
    expect(stage.count("POST newOrder")).toBe(4);
    addresses = "198.51.100.1";
    isReachable = true;
    await stage.pass(11 * MINUTE);
    expect(stage.ofType("woken")).toHaveLength(1);
    expect(stage.manager.status().state).toBe("ok");
    await stage.dispose();
  });

  it("says to where DNS leads the CA that found nobody", async () => {
    const stage = new KeeperStage({
      addresses: () => Promise.resolve(new Map([[NAME, ["203.0.113.9"]]])),
      ca: { behaviour: { validate: refuse } },
    });
    await stage.start();
    expect(stage.manager.status().failure?.sentence).toContain(`${NAME} (203.0.113.9)`);
    await stage.dispose();
  });

  it("is not woken more than five times a day by DNS that flaps", async () => {
    let flap = 0;
    const stage = new KeeperStage({
      observe: () => Promise.resolve(String(flap++)),
      ca: { behaviour: { validate: refuse } },
    });
    await stage.start();
    await stage.pass(DAY);
    expect(stage.ofType("woken")).toHaveLength(5);
    expect(stage.count("POST newOrder")).toBeLessThanOrEqual(10);
    await stage.dispose();
  });

  it("tries the other challenge when one does not work, and remembers which one did", async () => {
    const asked: string[] = [];
    const stage = new KeeperStage({
      responders: [trustedResponder("tls-alpn-01"), trustedResponder("http-01")],
      ca: {
        behaviour: {
          validate: ({ type }) => {
            asked.push(type);
            return type === "http-01" ? "valid" : { type: `${URN}tls`, detail: "no acme-tls/1" };
          },
        },
      },
    });
    await stage.start();
    await stage.pass(5 * MINUTE);
    expect(asked).toEqual(["tls-alpn-01", "http-01"]);
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(asked).toEqual(["tls-alpn-01", "http-01", "http-01"]);
    await stage.dispose();
  });

  it("goes to the second CA only when the first one is down, and comes back", async () => {
    const stage = new KeeperStage({ hasFallback: true });
    stage.ca.inject({ on: "any", fault: { kind: "unreachable" }, times: Number.POSITIVE_INFINITY });
    await stage.start();
    await stage.pass(5 * MINUTE);
    expect(stage.manager.status()).toMatchObject({
      state: "ok",
      certificate: { ca: stage.fallback.directoryUrl },
    });
    expect(stage.ofType("fail-over")).toHaveLength(1);
    stage.ca.clearFaults();
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(stage.manager.status().certificate?.ca).toBe(stage.ca.directoryUrl);
    // The window was the other CA's: here it is an order like any other, and replaces nothing.
    expect(stage.ca.issued).toMatchObject([{ replaces: undefined }]);
    expect(stage.ofType("renewed")).toMatchObject([{ exempt: false }]);
    await stage.dispose();
  });

  it("goes to the second CA when the first one limits us for long", async () => {
    const stage = new KeeperStage({ hasFallback: true });
    stage.ca.inject({ on: "newOrder", fault: RATE_LIMITED });
    await stage.start();
    await stage.pass(5 * MINUTE);
    expect(stage.fallback.issued).toHaveLength(1);
    await stage.dispose();
  });

  it("does not go to the second CA for what is no fault of the first", async () => {
    const stage = new KeeperStage({ hasFallback: true, ca: { behaviour: { validate: refuse } } });
    await stage.start();
    await stage.pass(3 * DAY);
    expect(stage.ofType("failed").length).toBeGreaterThan(3);
    expect(stage.fallback.requests).toEqual([]);
    await stage.dispose();
  });

  it("does not agree to terms that nobody agreed to, and says how", async () => {
    const stage = new KeeperStage();
    const wary = new KeeperStage(
      { authorities: [{ ...stage.authority(), terms: { agreeTos: false } }] },
      stage.clock,
    );
    await wary.start();
    expect(stage.count("POST newAccount")).toBe(0);
    expect(wary.manager.status().failure).toMatchObject({
      type: "ERR_CERT_TERMS",
      fix: "Read them, and set --agree-tos if you agree.",
    });
    await wary.dispose();
  });

  it("registers again, with the same key, when the CA has lost the account", async () => {
    const stage = await new KeeperStage().start();
    const [account] = stage.ca.server.store.accounts.values();
    stage.ca.server.store.accounts.clear();
    const renewal = stage.manager.renewNow({ force: true });
    await stage.settle();
    await renewal;
    await stage.pass(3 * MINUTE);
    const again = stage.manager.renewNow({ force: true });
    await stage.settle();
    await again;
    expect(stage.ca.issued.length).toBeGreaterThanOrEqual(2);
    const [anew] = stage.ca.server.store.accounts.values();
    expect(anew?.jwk).toEqual(account?.jwk);
    await stage.dispose();
  });
});

describe("a user's own certificate", () => {
  it("means that nothing is asked of the CA, until a twentieth of its life is left", async () => {
    const storage = new MemoryStorage();
    const stage = new KeeperStage({ storage });
    const notBefore = stage.clock.now() - DAY;
    const mine = makePair({ notBefore, notAfter: notBefore + 100 * DAY });
    await storage.store(`${NAME}.cert.pem`, mine.certPem);
    await storage.store(`${NAME}.key.pem`, mine.keyPem);
    await stage.start();
    expect(stage.served).toEqual([mine.chain.serialNumber]);
    await stage.skip(93 * DAY);
    expect(stage.ca.requests).toEqual([]);
    expect(stage.ofType("adopted")).toHaveLength(1);
    expect(await stage.visibleSerial()).toBe(mine.chain.serialNumber);
    await stage.pass(2 * DAY);
    expect(stage.ca.issued).toHaveLength(1);
    expect(await stage.visibleSerial()).not.toBe(mine.chain.serialNumber);
    await stage.dispose();
  });

  it("is taken over within a tick when it is put there while we run", async () => {
    const stage = await new KeeperStage().start();
    const mine = makePair({ notBefore: stage.clock.now() - DAY });
    await stage.storage.store(`${NAME}.cert.pem`, mine.certPem);
    await stage.pass(11 * MINUTE); // Half of it: somebody is copying. We touch nothing.
    expect(stage.ofType("quarantined")).toEqual([]);
    await stage.storage.store(`${NAME}.key.pem`, mine.keyPem);
    await stage.pass(11 * MINUTE);
    expect(stage.served.at(-1)).toBe(mine.chain.serialNumber);
    expect(stage.ca.issued).toHaveLength(1);
    await stage.dispose();
  });
});

describe("the proof by a handshake", () => {
  it("rolls back when the listener does not show the new leaf, and waits before the next try", async () => {
    let shown = "";
    let isStuck = false;
    const activated: string[] = [];
    const stage = new KeeperStage({
      activate: ({ chain }) => {
        activated.push(chain.fingerprint256);
        if (!isStuck) shown = chain.fingerprint256;
      },
      prove: () => Promise.resolve(shown),
    });
    await stage.start();
    const first = stage.manager.current();
    isStuck = true;
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(stage.ofType("rolled-back").length).toBeGreaterThan(0);
    expect(stage.manager.current()).toEqual(first);
    expect(activated.at(-1)).toBe(first?.chain.fingerprint256);
    expect(await stage.visibleSerial()).toBe(first?.chain.serialNumber);
    expect(stage.ca.issued.length).toBeLessThanOrEqual(8);
    isStuck = false;
    await stage.pass(2 * DAY);
    expect(stage.manager.status().state).toBe("ok");
    expect(stage.manager.current()?.chain.serialNumber).not.toBe(first?.chain.serialNumber);
    await stage.dispose();
  });

  it("survives a listener that throws, and one that cannot be asked", async () => {
    const stage = new KeeperStage({
      activate: () => {
        throw new Error("no such context");
      },
      prove: () => Promise.reject(new Error("refused")),
    });
    await stage.start();
    expect(stage.ofType("failed")).toMatchObject([{ failure: { type: "ERR_CERT_NOT_SHOWN" } }]);
    await stage.dispose();
  });
});

describe("another process on the folder", () => {
  const folderOf = (stage: KeeperStage): CertificateFolder =>
    new CertificateFolder({
      storage: stage.storage,
      clock: stage.clock,
      names: [NAME],
      authorities: [stage.authority()],
    });

  it("asks for a renewal once, and once is what it gets, although it fails", async () => {
    const stage = await new KeeperStage().start();
    await leaveRenewalRequest(stage.storage, [NAME], { isForced: true });
    await stage.pass(11 * MINUTE);
    expect(stage.ofType("attempt").at(-1)).toMatchObject({ why: "forced" });
    expect(stage.ca.issued).toHaveLength(2);
    stage.ca.inject({ on: "newOrder", fault: { kind: "unreachable" }, times: 9 });
    await leaveRenewalRequest(stage.storage, [NAME], { isForced: true });
    await stage.pass(DAY);
    expect(stage.ofType("attempt")).toHaveLength(3);
    expect(stage.manager.status()).toMatchObject({ state: "ok" });
    await stage.dispose();
  });

  it("is told whether a server has taken its request", async () => {
    const stage = await new KeeperStage().start();
    const { signal } = new AbortController();
    const taken = folderOf(stage).requestRenewal(20 * MINUTE, signal);
    await stage.pass(11 * MINUTE);
    expect(await taken).toBe(true);
    await stage.dispose();
    const untaken = folderOf(stage).requestRenewal(10_000, signal);
    await stage.clock.advance(11_000);
    expect(await untaken).toBe(false);
    await stage.restart();
    await stage.pass(MINUTE);
    expect(stage.ofType("attempt").at(-1)).toMatchObject({ why: "forced" });
    await stage.dispose();
  });

  it("revokes the certificate, and another one is ordered, after a restart too", async () => {
    const stage = await new KeeperStage().start();
    await folderOf(stage).revoke("superseded", new AbortController().signal);
    await stage.dispose();
    // The request was for a server that runs; what has to be done is in the ledger.
    await stage.storage.delete(renewalRequestKey([NAME]));
    await stage.restart();
    await stage.pass(MINUTE);
    expect(stage.ofType("attempt").at(-1)).toMatchObject({ why: "revoked" });
    expect(stage.ca.issued).toHaveLength(2);
    await stage.pass(DAY);
    expect(stage.ca.issued).toHaveLength(2);
    await stage.dispose();
  });
});

describe("the clock", () => {
  it("refuses to order when it is days off the CA's, says so once, and goes on when it is set", async () => {
    const stage = new KeeperStage({ ca: { behaviour: { dateOffsetMs: -3 * DAY } } });
    await stage.start();
    await stage.pass(DAY);
    expect(stage.count("POST newOrder")).toBe(0);
    expect(stage.ofType("clock-suspect")).toMatchObject([
      { sentence: "The clock of this computer is 3 days ahead of the CA's." },
    ]);
    expect(stage.manager.status().trouble?.fix).toContain("NTP");
    stage.ca.behaviour.dateOffsetMs = 0;
    await stage.pass(11 * MINUTE);
    expect(stage.manager.status()).toMatchObject({ state: "ok" });
    expect(stage.manager.status().trouble).toBeUndefined();
    await stage.dispose();
  });

  it("asks nobody when it says 1970", async () => {
    const stage = new KeeperStage();
    stage.clock.jump(5_000);
    await stage.start();
    await stage.pass(HOUR);
    expect(stage.ca.requests).toEqual([]);
    stage.clock.jump(Date.UTC(2026, 10, 22));
    await stage.pass(11 * MINUTE);
    expect(stage.ofType("clock-jumped").length).toBeGreaterThan(0);
    expect(stage.manager.status().state).toBe("ok");
    await stage.dispose();
  });

  it("sees a jump over the renewal, and does not wait for years after one back", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    stage.clock.jump(stage.clock.now() + 61 * DAY);
    await stage.pass(11 * MINUTE);
    expect(stage.ca.issued).toHaveLength(2);
    await stage.dispose();
  });
});

const RATE_LIMITED = {
  kind: "problem",
  status: 429,
  type: "rateLimited",
  detail: "too many",
  retryAfter: String(34 * 3_600),
} as const;
