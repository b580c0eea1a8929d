import { createHash, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ChallengeType } from "../../../src/acme/challenge.ts";
import { identifierOf } from "../../../src/acme/identifier.ts";
import { rankChallenges } from "../../../src/certs/challenges/choose-challenge.ts";
import type { DnsLookup } from "../../../src/certs/challenges/dns-lookup.ts";
import { dnsResponder } from "../../../src/certs/challenges/dns-responder.ts";
import { HttpChallenges } from "../../../src/certs/challenges/http-challenges.ts";
import { httpResponder, tlsAlpnResponder } from "../../../src/certs/challenges/local-responders.ts";
import { TlsAlpnChallenges } from "../../../src/certs/challenges/tls-alpn-challenges.ts";
import type { LedgerEntry } from "../../../src/certs/ledger/ledger-entry.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { runOnClock } from "../../support/run-on-clock.ts";

const { signal } = new AbortController();
const challenge = (name: string) => ({
  identifier: identifierOf(name),
  token: "tok",
  keyAuthorization: "tok.thumb",
});

describe("HTTP-01", () => {
  it("answers while the CA may ask, and nothing else", async () => {
    const http = new HttpChallenges();
    const responder = httpResponder(http, { clock: new FakeClock() });
    const answer = await responder.place(challenge("a.test"), signal);
    expect(http.answer("/.well-known/acme-challenge/tok")).toBe("tok.thumb");
    for (const path of [
      "/.well-known/acme-challenge/",
      "/tok",
      "/.well-known/acme-challenge/__proto__",
    ]) {
      expect(http.answer(path)).toBeUndefined();
    }
    await answer.remove();
    expect(http.answer("/.well-known/acme-challenge/tok")).toBeUndefined();
    expect(HttpChallenges.isChallengePath("/.well-known/acme-challenge/x")).toBe(true);
  });

  it("waits until our own listener shows it, and passes on its doubt when it never does", async () => {
    const clock = new FakeClock();
    let asked = 0;
    const late = httpResponder(new HttpChallenges(), {
      clock,
      selfCheck: () => Promise.resolve(++asked < 4 ? "404" : undefined),
    });
    expect(
      (await runOnClock(clock, late.place(challenge("a.test"), signal))).doubt,
    ).toBeUndefined();
    const never = httpResponder(new HttpChallenges(), {
      clock,
      selfCheck: () => Promise.reject(new Error("refused")),
    });
    expect((await runOnClock(clock, never.place(challenge("a.test"), signal))).doubt).toBe(
      "refused",
    );
  });

  it("takes the answer away when it is stopped meanwhile", async () => {
    const clock = new FakeClock();
    const http = new HttpChallenges();
    const stop = new AbortController();
    const placing = httpResponder(http, { clock, selfCheck: () => Promise.resolve("404") }).place(
      challenge("a.test"),
      stop.signal,
    );
    stop.abort(new Error("stopped"));
    await expect(placing).rejects.toThrow("stopped");
    expect(http.answer("/.well-known/acme-challenge/tok")).toBeUndefined();
  });
});

describe("TLS-ALPN-01", () => {
  it("shows a certificate for exactly this name, under the name that the CA sends", async () => {
    const challenges = new TlsAlpnChallenges();
    const responder = tlsAlpnResponder(challenges, { clock: new FakeClock() });
    const named = await responder.place(challenge("Docs.test"), signal);
    await responder.place(challenge("192.0.2.7"), signal);
    const answer = challenges.get("DOCS.test");
    expect(new X509Certificate(answer?.cert ?? "").subjectAltName).toBe("DNS:docs.test");
    expect(challenges.get("7.2.0.192.in-addr.arpa")).toBeDefined();
    expect(challenges.get("other.test")).toBeUndefined();
    expect(challenges.get(undefined)).toBeUndefined();
    await named.remove();
    expect(challenges.get("docs.test")).toBeUndefined();
  });
});

describe("DNS-01", () => {
  const noDns: DnsLookup = {
    cnames: () => Promise.resolve([]),
    nameServers: () => Promise.resolve([]),
    addresses: () => Promise.resolve([]),
    textsAt: () => Promise.reject(new Error("no route")),
  };

  function place(lookup: Partial<DnsLookup>, name = "*.docs.test") {
    const clock = new FakeClock();
    const done: string[] = [];
    const provider = {
      present: (record: { readonly name: string }) => {
        done.push(`present ${record.name}`);
        return Promise.resolve();
      },
      cleanup: (record: { readonly name: string }) => {
        done.push(`cleanup ${record.name}`);
        return Promise.reject(new Error("nobody minds"));
      },
    };
    const responder = dnsResponder({ provider, lookup: { ...noDns, ...lookup }, clock });
    const started = clock.now();
    return runOnClock(clock, responder.place(challenge(name), signal)).then((answer) => ({
      answer,
      done,
      waitedMs: clock.now() - started,
    }));
  }

  it("proves names and wildcards, not addresses", () => {
    const responder = dnsResponder({
      provider: null as never,
      lookup: noDns,
      clock: new FakeClock(),
    });
    expect(responder.canProve(identifierOf("*.docs.test"))).toBe(true);
    expect(responder.canProve(identifierOf("192.0.2.1"))).toBe(false);
  });

  it("follows a delegation by CNAME, and cleans up where it put the record", async () => {
    const { answer, done } = await place({
      cnames: (name) =>
        Promise.resolve(name === "_acme-challenge.docs.test" ? ["7f2c.acme.example.net."] : []),
    });
    await answer.remove();
    expect(done).toEqual(["present 7f2c.acme.example.net", "cleanup 7f2c.acme.example.net"]);
  });

  it("is not led in circles", async () => {
    const { done } = await place({ cnames: () => Promise.resolve(["a.test"]) });
    expect(done).toEqual(["present a.test"]);
  });

  it("waits until all name servers show the record, no longer", async () => {
    let asked = 0;
    const { answer, waitedMs } = await place({
      nameServers: (zone) => Promise.resolve(zone === "docs.test" ? ["ns1.test", "ns2.test"] : []),
      addresses: (host) => Promise.resolve([host === "ns1.test" ? "192.0.2.1" : "192.0.2.2"]),
      textsAt: (address) => {
        asked += 1;
        const texts = address === "192.0.2.1" || asked > 6 ? [digest()] : ["older"];
        return Promise.resolve(texts);
      },
    });
    expect(answer.doubt).toBeUndefined();
    expect(waitedMs).toBeGreaterThan(0);
    expect(waitedMs).toBeLessThan(10_000);
  });

  it("goes on with a doubt when a server never shows it, and without when none can be asked", async () => {
    const servers = {
      nameServers: () => Promise.resolve(["ns1.test"]),
      addresses: () => Promise.resolve(["192.0.2.1"]),
    };
    const never = await place({ ...servers, textsAt: () => Promise.resolve([]) });
    expect(never.answer.doubt).toContain("_acme-challenge.docs.test");
    expect(never.waitedMs).toBeGreaterThan(60_000);
    const closed = await place(servers);
    expect(closed.answer.doubt).toBeUndefined();
    expect(closed.waitedMs).toBeLessThan(10_000);
  });
});

/** RFC 8555 §8.4: the digest of the key authorization. */
function digest(): string {
  return createHash("sha256").update("tok.thumb").digest("base64url");
}

describe("rankChallenges", () => {
  const ranked = (
    history: readonly Partial<LedgerEntry>[],
    offered: readonly string[] = ALL,
    possible: readonly ChallengeType[] = ALL,
  ) =>
    rankChallenges({
      identifier: "a.test",
      offered,
      possible,
      history: history.map((entry, i) => ({
        at: i + 1,
        ca: "c",
        set: "a.test",
        kind: "validated",
        identifier: "a.test",
        ...entry,
      })),
    });

  it("keeps to the order of what is possible, within what is offered", () => {
    expect(ranked([], ["dns-01", "http-01", "tls-alpn-01"])).toEqual(ALL);
    expect(ranked([], ALL, ["http-01", "tls-alpn-01"])).toEqual(["http-01", "tls-alpn-01"]);
    expect(ranked([], ["dns-01", "dns-persist-01"])).toEqual(["dns-01"]);
    expect(ranked([], ALL, [])).toEqual([]);
  });

  it("prefers what worked last, then what is untried, then what failed longest ago", () => {
    expect(ranked([{ challenge: "dns-01" }])[0]).toBe("dns-01");
    expect(
      ranked([
        { challenge: "http-01", kind: "validation-failed" },
        { challenge: "tls-alpn-01", kind: "validation-failed" },
      ]),
    ).toEqual(["dns-01", "http-01", "tls-alpn-01"]);
    expect(
      ranked([{ challenge: "http-01" }, { challenge: "http-01", kind: "validation-failed" }])[0],
    ).toBe("tls-alpn-01");
  });

  it("does not go by what happened to another name", () => {
    expect(ranked([{ challenge: "dns-01", identifier: "b.test" }])[0]).toBe("tls-alpn-01");
  });
});

const ALL = ["tls-alpn-01", "http-01", "dns-01"] as const;
