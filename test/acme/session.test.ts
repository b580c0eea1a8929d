import { describe, expect, it } from "vitest";
import { AccountKey, AcmeClient } from "../../src/acme/index.ts";
import { seededRandom } from "../../src/certs/drill/seeded-random.ts";
import { stage } from "../support/acme-ca/stage.ts";

const everywhere = { on: "any", times: Infinity } as const;

describe("nonces", () => {
  it.each([0.5, 0.9])(
    "certificates come, 20 of 20, when a share of %d is refused",
    async (rate) => {
      for (let seed = 1; seed <= 20; seed++) {
        const random = seededRandom(seed);
        const { ca, obtain } = await stage({ random, behaviour: { badNonceRate: rate } });
        await obtain();
        expect(ca.issued).toHaveLength(1);
      }
    },
  );

  it("is asked for once and then taken from replies", async () => {
    const { obtain, count } = await stage();
    await obtain(["a.example.com", "b.example.com", "c.example.com"]);
    await obtain();
    // One for the first request, and at most one for each of the three that run beside another.
    expect(count("HEAD newNonce")).toBeLessThanOrEqual(4);
  });

  it("that is refused is followed by the nonce of the refusal", async () => {
    const { ca, obtain, count } = await stage();
    ca.server.store.nonces.clear();
    await obtain();
    expect(count("HEAD newNonce")).toBe(1);
    expect(count("POST newOrder")).toBe(2);
  });

  it("that is refused for ever is given up after a while, and without a busy loop", async () => {
    const { ca, clock, obtain, count } = await stage();
    ca.behaviour.badNonceRate = 1;
    const started = clock.now();
    await expect(obtain()).rejects.toMatchObject({ errorName: "badNonce" });
    expect(count("POST newOrder")).toBe(200);
    expect(clock.now() - started).toBeGreaterThan(5000);
  });

  it("that is refused slowly is given up after three minutes", async () => {
    const { ca, clock, obtain } = await stage();
    ca.behaviour.badNonceRate = 1;
    ca.inject({ ...everywhere, fault: { kind: "late", ms: 29_000 } });
    const started = clock.now();
    await expect(obtain()).rejects.toMatchObject({ errorName: "badNonce" });
    expect(clock.now() - started).toBeLessThan(240_000);
  });

  it("may be missing from a reply or be something else", async () => {
    const { ca, obtain } = await stage();
    ca.inject({
      on: "newOrder",
      fault: { kind: "header", name: "replay-nonce", value: undefined },
    });
    ca.inject({
      on: "challenge",
      fault: { kind: "header", name: "replay-nonce", value: "a b\u0000" },
    });
    await obtain();
    expect(ca.issued).toHaveLength(1);
  });

  it("must be in the reply to newNonce", async () => {
    const { ca, obtain } = await stage();
    ca.inject({
      on: ["newOrder", "newNonce"],
      fault: { kind: "header", name: "replay-nonce", value: undefined },
      times: Infinity,
    });
    await expect(obtain()).rejects.toMatchObject({
      code: "ERR_ACME_PROTOCOL",
      message: "The CA's reply to newNonce has no Replay-Nonce",
    });
  });
});

describe("a CA in trouble", () => {
  it.each([
    ["is not there", { kind: "unreachable" }, "ERR_ACME_NETWORK", /ECONNREFUSED/],
    ["has no name", { kind: "unreachable", code: "ENOTFOUND" }, "ERR_ACME_NETWORK", /ENOTFOUND/],
    ["breaks connections", { kind: "lost" }, "ERR_ACME_NETWORK", /ECONNRESET/],
    ["is silent", { kind: "hang" }, "ERR_ACME_TIMEOUT", /did not finish .* in 30 s/],
    ["is slow byte by byte", { kind: "drip", msPerByte: 1000 }, "ERR_ACME_TIMEOUT", /in 30 s/],
    [
      "has a page for everything",
      { kind: "page", status: 200 },
      "ERR_ACME_PROTOCOL",
      /200 with text\/html/,
    ],
    [
      "redirects",
      { kind: "page", status: 302, headers: { location: "https://login.test/" } },
      "ERR_ACME_PROTOCOL",
      /302 with a redirect/,
    ],
    ["wants a login", { kind: "page", status: 407 }, "ERR_ACME_PROTOCOL", /407 with text\/html/],
    ["is down", { kind: "page", status: 503 }, "ERR_ACME_PROBLEM", /503 about:blank|503/],
    ["limits requests", { kind: "page", status: 429 }, "ERR_ACME_PROBLEM", /429/],
    ["sends half of it", { kind: "cut", bytes: 30 }, "ERR_ACME_NETWORK", /ECONNRESET/],
    ["sends no JSON", { kind: "body", text: "{" }, "ERR_ACME_PROTOCOL", /not JSON/],
    ["sends no object", { kind: "body", text: "[]" }, "ERR_ACME_PROTOCOL", /not a JSON object/],
    [
      "says it is text",
      { kind: "header", name: "content-type", value: "text/plain" },
      "ERR_ACME_PROTOCOL",
      /200 with text\/plain|201 with text\/plain/,
    ],
  ] as const)("that %s is told apart, and has an end", async (_, fault, code, message) => {
    const { ca, client, clock, key, obtain, run } = await stage();
    const fresh = new AcmeClient({ directoryUrl: ca.directoryUrl, transport: ca.transport, clock });
    ca.inject({ ...everywhere, fault });
    const started = clock.now();
    const expected = { code, message: expect.stringMatching(message), hint: expect.any(String) };
    await expect(run(fresh.directory())).rejects.toMatchObject(expected);
    await expect(obtain()).rejects.toMatchObject({ code });
    await expect(run(client.newAccount({ key }))).rejects.toMatchObject({ code });
    expect(clock.now() - started).toBeLessThan(15 * 60_000);
    expect(ca.requests.length).toBeLessThan(30);
  });

  it("is asked again when the trouble passes", async () => {
    const { ca, client, key, run, obtain } = await stage();
    ca.inject({ on: "newAccount", fault: { kind: "lost" } });
    ca.inject({ on: "newAccount", fault: { kind: "page", status: 500 } });
    ca.inject({ on: "newAccount", fault: { kind: "unreachable" } });
    await run(client.newAccount({ key, termsOfServiceAgreed: true }));
    ca.inject({ on: "newOrder", fault: { kind: "unreachable" }, times: 3 });
    await obtain();
    expect(ca.server.store.accounts.size).toBe(1);
    expect(ca.server.store.orders.size).toBe(1);
  });

  it("is not asked again in the call when it wants more than ten seconds", async () => {
    const { ca, client, clock, key, run, count } = await stage();
    const page = { kind: "page", status: 503, headers: { "retry-after": "11" } } as const;
    ca.inject({ on: "newAccount", fault: page });
    const started = clock.now();
    await expect(run(client.newAccount({ key }))).rejects.toMatchObject({
      status: 503,
      retryAfterMs: 11_000,
    });
    expect(clock.now()).toBe(started);
    expect(count("POST newAccount")).toBe(2);
  });

  it("gives every repetition a nonce of its own", async () => {
    const nonces: string[] = [];
    const { ca, clock, key, run } = await stage();
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      clock,
      transport: (request) => {
        if (request.body !== undefined) {
          const { protected: header } = JSON.parse(request.body) as { protected: string };
          nonces.push(
            (JSON.parse(Buffer.from(header, "base64url").toString()) as { nonce: string }).nonce,
          );
        }
        return ca.transport(request);
      },
    });
    ca.inject({ on: "newAccount", fault: { kind: "lost" }, times: 3 });
    await run(client.newAccount({ key }));
    expect(nonces).toHaveLength(4);
    expect(new Set(nonces).size).toBe(4);
  });

  it("cannot hold a caller who has enough", async () => {
    const { ca, clock, client, key } = await stage();
    ca.inject({ ...everywhere, fault: { kind: "hang" } });
    const controller = new AbortController();
    const work = client.newAccount({ key, signal: controller.signal });
    await clock.advance(1000);
    controller.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
    expect(clock.sleeping).toBe(0);
    await expect(
      client.newAccount({ key, signal: AbortSignal.abort(new Error("before")) }),
    ).rejects.toThrow("before");
  });

  it("cannot hold us by a transport that does not heed its signal", async () => {
    const { ca, clock, run } = await stage();
    const transport = (): Promise<never> => new Promise(() => {});
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport,
      clock,
      requestTimeoutMs: 100,
    });
    await expect(run(client.directory())).rejects.toMatchObject({ code: "ERR_ACME_TIMEOUT" });
  });
});

describe("the directory", () => {
  it("is kept for an hour", async () => {
    const { client, clock, run, count } = await stage();
    await run(client.directory());
    await clock.advance(3_599_000);
    await run(client.directory());
    expect(count("GET directory")).toBe(1);
    await clock.advance(2000);
    await run(client.directory());
    expect(count("GET directory")).toBe(2);
  });

  it("says what the CA is", async () => {
    const { client, run } = await stage();
    expect(await run(client.directory())).toMatchObject({
      newOrder: "https://ca.test/newOrder",
      termsOfService: "https://ca.test/terms",
      caaIdentities: ["ca.example"],
      externalAccountRequired: false,
      renewalInfo: "https://ca.test/renewalInfo",
    });
  });

  it.each([
    [
      "without newOrder",
      { newOrder: undefined },
      "ERR_ACME_PROTOCOL",
      /directory\.newOrder is not a string/,
    ],
    [
      "with a number for an URL",
      { newNonce: 7 },
      "ERR_ACME_PROTOCOL",
      /directory\.newNonce is not a string/,
    ],
    ["with http", { keyChange: "http://ca.test/keyChange" }, "ERR_ACME_URL", /not an https URL/],
    ["with nonsense", { keyChange: "nonsense" }, "ERR_ACME_URL", /not an https URL/],
    [
      "with a meta that is a list",
      { meta: [] },
      "ERR_ACME_PROTOCOL",
      /directory\.meta is not a JSON object/,
    ],
    [
      "with an endless URL",
      { newOrder: `https://ca.test/${"a".repeat(9000)}` },
      "ERR_ACME_PROTOCOL",
      /too long/,
    ],
  ])("%s is refused", async (_, change, code, message) => {
    const { ca, clock, run } = await stage();
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport: ca.transport,
      clock,
    });
    ca.inject({
      on: "directory",
      fault: { kind: "json", change: (json) => ({ ...json, ...change }) },
    });
    await expect(run(client.directory())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it("may name other origins, and then they are good", async () => {
    const { ca, clock, run } = await stage();
    const elsewhere = (url: unknown): string => String(url).replace("ca.test", "api.ca.test");
    const client = new AcmeClient({
      directoryUrl: ca.directoryUrl,
      transport: (request) =>
        ca.transport({ ...request, url: request.url.replace("api.ca.test", "ca.test") }),
      clock,
    });
    ca.inject({
      on: "directory",
      fault: {
        kind: "json",
        change: (json) => ({ ...json, newNonce: elsewhere(json["newNonce"]) }),
      },
    });
    await expect(
      run(client.newAccount({ key: await AccountKey.generate() })),
    ).rejects.toMatchObject({
      errorName: "userActionRequired",
      hint: "Open https://ca.test/terms and agree.",
    });
  });

  it("must be at an https URL", () => {
    for (const directoryUrl of ["http://ca.test/directory", "ca.test", ""]) {
      expect(() => new AcmeClient({ directoryUrl })).toThrow(TypeError);
    }
  });
});

describe("the CA's clock", () => {
  it.each([0, 90 * 60_000, -86_400_000])("is %d ms off and that is known", async (dateOffsetMs) => {
    const { client } = await stage({ behaviour: { dateOffsetMs } });
    expect(client.clockOffsetMs).toBe(dateOffsetMs);
  });

  it("is what a Retry-After date is measured by", async () => {
    const { ca, clock, obtain } = await stage({ behaviour: { dateOffsetMs: 86_400_000 } });
    const retryAfter = new Date(clock.now() + 86_400_000 + 60_000).toUTCString();
    ca.inject({
      on: "newOrder",
      fault: { kind: "problem", status: 429, type: "rateLimited", retryAfter },
    });
    await expect(obtain()).rejects.toMatchObject({ retryAfterMs: 60_000 });
  });
});
