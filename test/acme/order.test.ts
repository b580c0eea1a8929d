import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createCsr, generateCertificateKey, identifierOf } from "../../src/acme/index.ts";
import { checkCertificate } from "../../src/lib/certificate-chain.ts";
import { finish, type Obtained, obtain } from "../support/acme-ca/obtain.ts";
import { stage } from "../support/acme-ca/stage.ts";
import { FakeClock } from "../support/fake-clock.ts";

const NAMES = ["docs.example.com"];

function findings(
  { chain, keyPem }: Obtained,
  names: readonly string[],
  clock: FakeClock,
): readonly string[] {
  return checkCertificate({ chain, keyPem, names, now: clock.now() });
}

describe("an order", () => {
  it("takes at most ten requests for a first certificate, account included", async () => {
    const { ca, clock, obtain } = await stage({ behaviour: { processingMs: 30 } });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    expect(ca.requests).toEqual([
      "GET directory",
      "HEAD newNonce",
      "POST newAccount",
      "POST newOrder",
      "POST authorization",
      "POST challenge",
      "POST authorization",
      "POST finalize",
      "POST order",
      "POST certificate",
    ]);
  });

  it("is for names, wildcards and addresses alike", async () => {
    const names = ["a.example.com", "bücher.example", "*.example.org", "192.0.2.1", "2001:DB8::1"];
    const { ca, clock, account, run } = await stage();
    const order = await run(account.newOrder({ identifiers: names.map(identifierOf) }));
    const authorizations = await run(order.authorizations());
    for (const authorization of authorizations) {
      const type = authorization.identifier.type === "ip" ? "tls-alpn-01" : "dns-01";
      await run(authorization.challenge(type)?.respond() ?? Promise.reject(new Error(type)));
      await run(authorization.pollValid());
    }
    expect((await run(order.pollReady())).status).toBe("ready");
    expect(
      findings(
        await run(finish(order, "dns-01")),
        ["a.example.com", "xn--bcher-kva.example", "docs.example.org", "192.0.2.1", "2001:db8::1"],
        clock,
      ),
    ).toEqual([]);
    expect(ca.issued).toHaveLength(1);
  });

  it("offers no challenge that the CA does not", async () => {
    const { account, run } = await stage();
    const order = await run(account.newOrder({ identifiers: [identifierOf("*.example.com")] }));
    const [authorization] = await run(order.authorizations());
    expect(authorization?.challenge("http-01")).toBeUndefined();
    expect(authorization?.challenges.map(({ type }) => type)).toEqual(["dns-persist-01", "dns-01"]);
    expect(() => authorization?.challenges[0]?.token).toThrow(TypeError);
  });

  it("is for an address in whatever form the CA writes it", async () => {
    const { ca, obtain, clock, account, run } = await stage();
    const identifiers = [{ type: "ip", value: "2001:DB8:0:0:0:0:0:1" }];
    ca.inject({
      on: "newOrder",
      fault: { kind: "json", change: (json) => ({ ...json, identifiers }) },
    });
    const order = await run(account.newOrder({ identifiers: [identifierOf("2001:db8::1")] }));
    expect(order.state.identifiers).toEqual([{ type: "ip", value: "2001:db8::1" }]);
    expect(findings(await obtain(["2001:db8::1"]), ["2001:db8::1"], clock)).toEqual([]);
  });

  it("skips what is proved already", async () => {
    const { ca, obtain } = await stage({ behaviour: { reusesAuthorizations: true } });
    await obtain();
    const before = ca.requests.length;
    await obtain();
    expect(ca.requests.slice(before)).toEqual([
      "POST newOrder",
      "POST finalize",
      "POST certificate",
    ]);
  });

  it("is taken up again by its URL, wherever it stands", async () => {
    const { ca, account, client, key, run, clock } = await stage({
      behaviour: { processingMs: 5000 },
    });
    const { url } = await run(account.newOrder({ identifiers: NAMES.map(identifierOf) }));
    const again = client.account({ key, url: account.url });
    const pending = await run(again.order(url));
    const [authorization] = await run(pending.authorizations());
    await run(authorization?.challenge("http-01")?.respond() ?? Promise.reject(new Error("none")));
    const ready = await run(again.order(url));
    expect(ready.state.status).toBe("ready");
    const privateKey = await generateCertificateKey();
    await run(ready.finalize(createCsr(ready.state.identifiers, privateKey)));
    const processing = await run(again.order(url));
    expect(processing.state.status).toBe("processing");
    expect(() => processing.downloadCertificate()).toThrow(/the order is processing/);
    await run(processing.pollIssued());
    const { chain } = await run(processing.downloadCertificate());
    const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(
      findings({ chain, keyPem, privateKey, alternates: [], order: processing }, NAMES, clock),
    ).toEqual([]);
    expect(ca.issued).toHaveLength(1);
  });

  it("has alternate chains that end at other roots", async () => {
    const { ca, account, obtain, run } = await stage();
    const { chain, alternates } = await obtain();
    expect(alternates).toHaveLength(1);
    const other = await run(account.downloadCertificate(alternates[0] ?? ""));
    expect(other.chain.fingerprint256).toBe(chain.fingerprint256);
    const issuerOf = (pem: string): string =>
      new X509Certificate(pem.slice(pem.indexOf("-----END") + 26)).issuer;
    expect(issuerOf(chain.pem)).toBe("CN=Test Root X1");
    expect(issuerOf(other.chain.pem)).toBe("CN=Test Root X2");
    expect(ca.rootPem).toContain("BEGIN CERTIFICATE");
  });

  it.each(["p384", "rsa2048"] as const)("takes a key of type %s", async (type) => {
    const { account, run } = await stage({ behaviour: { reusesAuthorizations: true } });
    await run(obtain(account, { names: NAMES }));
    const order = await run(account.newOrder({ identifiers: NAMES.map(identifierOf) }));
    const privateKey = await generateCertificateKey(type);
    await run(order.finalize(createCsr(order.state.identifiers, privateKey)));
    const { chain } = await run(order.downloadCertificate());
    expect(new X509Certificate(chain.pem).checkPrivateKey(privateKey)).toBe(true);
  });
});

describe("profiles", () => {
  it("are listed, asked for, and named in the order", async () => {
    const { client, account, run } = await stage();
    const { profiles } = await run(client.directory());
    expect([...profiles.keys()]).toEqual(["classic", "tlsserver", "shortlived"]);
    const { chain, order } = await run(obtain(account, { names: NAMES, profile: "shortlived" }));
    expect(order.state.profile).toBe("shortlived");
    expect(chain.notAfter - chain.notBefore).toBe(160 * 3_600_000 - 1000);
  });

  it("that are unknown are refused by the CA", async () => {
    const { account, run } = await stage();
    await expect(run(obtain(account, { names: NAMES, profile: "gold" }))).rejects.toMatchObject({
      code: "ERR_ACME_PROBLEM",
      errorName: "invalidProfile",
      hint: expect.stringContaining("Choose one of the profiles"),
    });
  });
});

describe("waiting for the CA", () => {
  it.each([
    ["seconds", "7"],
    ["a date", new Date(new FakeClock().now() + 7000).toUTCString()],
  ])("obeys Retry-After in %s", async (_, retryAfter) => {
    const { clock, obtain, count } = await stage({ behaviour: { processingMs: 6000, retryAfter } });
    const started = clock.now();
    await obtain();
    expect(count("POST order")).toBe(1);
    expect(clock.now() - started).toBeGreaterThanOrEqual(7000);
    expect(clock.now() - started).toBeLessThan(9000);
  });

  it("asks with growing pauses when there is none, and never in a busy loop", async () => {
    const { obtain, count } = await stage({ behaviour: { processingMs: 60_000 } });
    await obtain();
    expect(count("POST order")).toBeGreaterThan(5);
    expect(count("POST order")).toBeLessThan(22);
  });

  it.each(["0", "-5", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "99999999999999999999"])(
    "is not hurried by Retry-After: %s",
    async (retryAfter) => {
      const { obtain, count } = await stage({ behaviour: { processingMs: 60_000, retryAfter } });
      await obtain();
      expect(count("POST order")).toBeLessThan(22);
    },
  );

  it("does not begin a wait that ends after the deadline, and says how long it would be", async () => {
    const { clock, obtain } = await stage({
      behaviour: { processingMs: 6000, retryAfter: "3600" },
    });
    const started = clock.now();
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_TIMEOUT",
      retryAfterMs: 3_600_000,
    });
    expect(clock.now() - started).toBeLessThan(1000);
  });

  it("gives up on a challenge that stays pending", async () => {
    const { clock, obtain, count } = await stage({ behaviour: { validate: () => "never" } });
    const started = clock.now();
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_TIMEOUT",
      message: "The CA did not finish the validation of docs.example.com in time",
    });
    expect(clock.now() - started).toBeLessThanOrEqual(180_000);
    expect(count("POST authorization")).toBeLessThan(50);
  });

  it("goes on when a poll finds the CA in trouble", async () => {
    const { ca, obtain, clock } = await stage({ behaviour: { processingMs: 20_000 } });
    ca.inject({
      on: "order",
      fault: { kind: "problem", status: 429, type: "rateLimited", retryAfter: "9" },
    });
    ca.inject({ on: "order", fault: { kind: "page", status: 503 }, times: 5 });
    ca.inject({ on: "order", fault: { kind: "lost" }, times: 5 });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
  });

  it("stops at once when it is told to, with the caller's own reason", async () => {
    const { account, run, clock } = await stage({ behaviour: { validate: () => "never" } });
    const controller = new AbortController();
    const work = run(obtain(account, { names: NAMES, signal: controller.signal }));
    await clock.advance(1000);
    const reason = new Error("shutting down");
    controller.abort(reason);
    await expect(work).rejects.toBe(reason);
    expect(clock.sleeping).toBe(0);
  });
});

describe("what the CA decides against us", () => {
  it("is an authorization that is invalid, with the CA's words kept whole", async () => {
    const problem = {
      type: "urn:ietf:params:acme:error:connection",
      detail: "192.0.2.1: Fetching http://docs.example.com/: Timeout during connect",
    };
    const { obtain } = await stage({ behaviour: { validate: () => problem } });
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_AUTHORIZATION_INVALID",
      message: expect.stringContaining(problem.detail),
      hint: "Make the server reachable from the internet on the port of the challenge.",
      cause: { errorName: "connection", detail: problem.detail, status: 403 },
    });
  });

  it("is an order that is invalid", async () => {
    const { ca, account, obtain, run } = await stage({ behaviour: { processingMs: 5000 } });
    const error = { type: "urn:ietf:params:acme:error:caa", detail: "CAA forbids", status: 403 };
    ca.inject({
      on: "order",
      fault: { kind: "json", change: (json) => ({ ...json, status: "invalid", error }) },
      times: 2,
    });
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_ORDER_INVALID",
      message: "The CA has given up the order for docs.example.com: CAA forbids",
      cause: { errorName: "caa" },
    });
    const order = await run(
      account.order(`https://ca.test/order/${[...ca.server.store.orders.keys()][0]}`),
    );
    await expect(run(order.pollReady())).rejects.toMatchObject({ code: "ERR_ACME_ORDER_INVALID" });
  });

  it("is a name, with a problem of its own", async () => {
    const { obtain } = await stage({ behaviour: { rejectedNames: ["bad.example.com"] } });
    await expect(obtain(["good.example.com", "bad.example.com"])).rejects.toMatchObject({
      errorName: "rejectedIdentifier",
      status: 403,
      message: expect.stringContaining("bad.example.com: bad.example.com is forbidden by policy"),
      subproblems: [
        {
          type: "urn:ietf:params:acme:error:rejectedIdentifier",
          identifier: { type: "dns", value: "bad.example.com" },
        },
      ],
    });
  });

  it.each([
    ["seconds", "122400", 122_400_000],
    ["a date", new Date(new FakeClock().now() + 122_400_000).toUTCString(), 122_400_000],
    ["an absurd number", "999999999999", 31 * 86_400_000],
  ])(
    "is a rate limit: its Retry-After in %s is told, not slept",
    async (_, retryAfter, expected) => {
      const { ca, clock, obtain, count } = await stage();
      const started = clock.now();
      ca.inject({
        on: "newOrder",
        fault: {
          kind: "problem",
          status: 429,
          type: "rateLimited",
          detail: "too many",
          retryAfter,
        },
      });
      await expect(obtain()).rejects.toMatchObject({
        errorName: "rateLimited",
        status: 429,
        retryAfterMs: expected,
        retryAfterAt: started + expected,
      });
      expect(clock.now()).toBe(started);
      expect(count("POST newOrder")).toBe(1);
    },
  );
});

describe("a reply that was lost", () => {
  it.each([
    ["by a broken connection", { kind: "lost" }],
    ["by silence", { kind: "hang", obeyed: true }],
    ["halfway", { kind: "cut", bytes: 20 }],
    ["under a captive portal's page", { kind: "body", text: "<html>" }],
  ] as const)("of newOrder, %s, does not make a second order", async (_, fault) => {
    for (const behaviour of [{ listsOrders: true, reusesOrders: false }, { reusesOrders: true }]) {
      const { ca, clock, obtain } = await stage({ behaviour });
      ca.inject({ on: "newOrder", fault });
      expect(findings(await obtain(), NAMES, clock)).toEqual([]);
      expect(ca.server.store.orders.size).toBe(1);
    }
  });

  it("of newOrder at a CA that promises a list and refuses it, is got over by ordering again", async () => {
    const { ca, clock, obtain } = await stage({ behaviour: { listsOrders: true } });
    ca.inject({ on: "newOrder", fault: { kind: "lost" } });
    ca.inject({ on: "orders", fault: { kind: "problem", status: 404, type: "malformed" } });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    expect(ca.server.store.orders.size).toBe(1);
  });

  it("of newOrder with replaces finds the order that has used it up", async () => {
    for (const behaviour of [{ listsOrders: true, reusesOrders: false }, { reusesOrders: true }]) {
      const { ca, account, run, obtain: first } = await stage({ behaviour });
      const replaces = (await first()).chain.ariCertificateId ?? "";
      ca.inject({ on: "newOrder", fault: { kind: "lost" } });
      const { order } = await run(obtain(account, { names: NAMES, replaces }));
      expect(ca.server.store.orders.size).toBe(2);
      expect(order.state.replaces).toBe(replaces);
    }
  });

  it.each([
    ["lost", { kind: "lost" }],
    ["cut", { kind: "cut", bytes: 10 }],
    ["silence", { kind: "hang", obeyed: true }],
    ["a page", { kind: "body", text: "<html>" }],
  ] as const)("of finalize (%s) is found out by asking for the order", async (_, fault) => {
    const { ca, clock, obtain, count } = await stage({ behaviour: { processingMs: 1000 } });
    ca.inject({ on: "finalize", fault });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    expect(count("POST finalize")).toBe(1);
    expect(ca.issued).toHaveLength(1);
  });

  it.each([
    ["never arrived", { kind: "hang" }],
    ["met a balancer without a CA behind it", { kind: "page", status: 502 }],
    ["found no connection", { kind: "unreachable" }],
  ] as const)("is sent again when finalize %s", async (_, fault) => {
    const { ca, clock, obtain, count } = await stage();
    ca.inject({ on: "finalize", fault, times: 2 });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    expect(count("POST finalize")).toBe(3);
    expect(ca.issued).toHaveLength(1);
  });

  it("is asked for at most three times at finalize", async () => {
    const { ca, obtain, count } = await stage();
    ca.inject({ on: "finalize", fault: { kind: "hang" }, times: Infinity });
    await expect(obtain()).rejects.toMatchObject({ code: "ERR_ACME_TIMEOUT" });
    expect(count("POST finalize")).toBe(3);
  });

  it("is an order that was finalized by an earlier try", async () => {
    const { ca, clock, obtain } = await stage({ behaviour: { processingMs: 1000 } });
    ca.inject({ on: "finalize", fault: { kind: "lost" } });
    // A stale answer of the CA: the order looks ready although it is being issued.
    ca.inject({
      on: "order",
      fault: { kind: "json", change: (json) => ({ ...json, status: "ready" }) },
    });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    expect(ca.issued).toHaveLength(1);
  });

  it.each([
    ["of the challenge, obeyed", { kind: "lost" }, 1],
    ["of the challenge, not obeyed", { kind: "hang" }, 1],
  ] as const)("%s, is found out by asking for the challenge", async (_, fault, responses) => {
    const { ca, clock, obtain } = await stage();
    ca.inject({ on: "challenge", fault });
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
    const [authorization] = ca.server.store.authorizations.values();
    const asked = authorization?.challenges.find(({ type }) => type === "http-01");
    expect(asked?.responses).toBe(responses);
  });

  it("of what only reads is asked for again", async () => {
    const { ca, clock, obtain } = await stage();
    for (const on of ["authorization", "certificate", "order"] as const) {
      ca.inject({ on, fault: { kind: "lost" } });
      ca.inject({ on, fault: { kind: "cut", bytes: 5 } });
      ca.inject({ on, fault: { kind: "page", status: 503, headers: { "retry-after": "2" } } });
    }
    expect(findings(await obtain(), NAMES, clock)).toEqual([]);
  });
});

describe("a certificate that is not what was ordered", () => {
  it.each([
    ["otherKey", /belongs to another certificate/],
    ["otherNames", /not for docs\.example\.com but for other\.example\.org/],
    ["expired", /has expired/],
    ["notYetValid", /is valid from/],
    ["wrongIntermediate", /not signed by/],
  ] as const)("(%s) is found by checkCertificate", async (flaw, expected) => {
    const { ca, clock, obtain } = await stage();
    ca.inject({ on: "certificate", fault: { kind: "certificate", flaw } });
    const { chain, keyPem } = await obtain();
    const findings = checkCertificate({ chain, keyPem, names: NAMES, now: clock.now() });
    expect(findings.join()).toMatch(expected);
  });

  it.each(["corrupt", "empty"] as const)("(%s) is refused", async (flaw) => {
    const { ca, obtain } = await stage();
    ca.inject({ on: "certificate", fault: { kind: "certificate", flaw } });
    await expect(obtain()).rejects.toMatchObject({ code: "ERR_CERT_UNREADABLE" });
  });

  it("is refused when its content type is another one", async () => {
    const { ca, obtain } = await stage();
    ca.inject({
      on: "certificate",
      fault: { kind: "header", name: "content-type", value: "application/pkix-cert" },
    });
    await expect(obtain()).rejects.toMatchObject({ code: "ERR_ACME_PROTOCOL" });
  });
});

describe("an answer that is not about our order", () => {
  it("is an order for other names", async () => {
    const { ca, obtain, count } = await stage();
    const identifiers = [{ type: "dns", value: "other.example.org" }];
    ca.inject({
      on: "newOrder",
      fault: { kind: "json", change: (json) => ({ ...json, identifiers }) },
      times: Infinity,
    });
    await expect(obtain()).rejects.toMatchObject({ code: "ERR_ACME_PROTOCOL" });
    expect(count("POST newOrder")).toBe(1);
  });

  it("is an authorization for another name", async () => {
    const { ca, obtain } = await stage();
    const identifier = { type: "dns", value: "other.example.org" };
    ca.inject({
      on: "authorization",
      fault: { kind: "json", change: (json) => ({ ...json, identifier }) },
    });
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_PROTOCOL",
      message: "The CA's authorizations are not for this order",
    });
  });

  it.each(["../../etc/passwd", "a b", "", "a".repeat(513)])(
    "is a token like %.20s",
    async (token) => {
      const { ca, obtain } = await stage();
      const challenges = [
        { type: "http-01", url: "https://ca.test/challenge/1", status: "pending", token },
      ];
      ca.inject({
        on: "authorization",
        fault: { kind: "json", change: (json) => ({ ...json, challenges }) },
      });
      await expect(obtain()).rejects.toMatchObject({ code: "ERR_ACME_PROTOCOL" });
    },
  );

  it.each([
    ["http://ca.test/finalize/1", /not an https URL/],
    ["https://10.0.0.1/finalize/1", /which its directory does not name/],
    ["file:///etc/passwd", /not an https URL/],
  ])("is a way to %s", async (finalize, message) => {
    const { ca, obtain } = await stage();
    ca.inject({
      on: "newOrder",
      fault: { kind: "json", change: (json) => ({ ...json, finalize }) },
    });
    ca.inject({
      on: "order",
      fault: { kind: "json", change: (json) => ({ ...json, finalize }) },
      times: Infinity,
    });
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_URL",
      message: expect.stringMatching(message),
    });
    expect(ca.requests).not.toContain("POST finalize");
  });
});
