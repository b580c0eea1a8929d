import { beforeAll, describe, expect, it } from "vitest";
import { type TokenVerdict, verifyAccessToken } from "../../src/auth/access-token.ts";
import { ProviderKeys } from "../../src/auth/provider-keys.ts";
import { FakeClock } from "../support/fake-clock.ts";
import {
  AUDIENCE,
  ISSUER,
  newSigningKey,
  type SigningKey,
  signToken,
  TestProvider,
} from "./test-provider.ts";

const HOUR_MS = 3_600_000;
let one: SigningKey;
let two: SigningKey;

beforeAll(async () => {
  [one, two] = await Promise.all([newSigningKey("one"), newSigningKey("two")]);
});

interface Setup {
  readonly provider: TestProvider;
  readonly clock: FakeClock;
  readonly errors: unknown[];
  /** Kind of the verdict on a new token of a key. */
  readonly kindOf: (key: SigningKey, kid?: string) => Promise<TokenVerdict["kind"]>;
}

function setUp(): Setup {
  const provider = new TestProvider([one]);
  const clock = new FakeClock();
  const errors: unknown[] = [];
  const onError = (error: unknown): void => void errors.push(error);
  const keys = new ProviderKeys({ issuer: ISSUER, fetch: provider.fetch, clock, onError });
  return {
    ...{ provider, clock, errors },
    async kindOf(key, kid = key.kid) {
      const token = await signToken(key, clock, {}, { kid });
      const options = { issuer: ISSUER, audiences: [AUDIENCE], keys, clock };
      return (await verifyAccessToken(token, options)).kind;
    },
  };
}

const down = (): Promise<Response> => Promise.reject(new TypeError("fetch failed"));

describe("the keys of a provider", () => {
  it("are fetched once for all who wait for them, and kept", async () => {
    const { provider, kindOf } = setUp();
    const kinds = await Promise.all(Array.from({ length: 20 }, () => kindOf(one)));
    expect(new Set(kinds)).toEqual(new Set(["accepted"]));
    expect(provider.keyFetches).toBe(1);
    await kindOf(one);
    expect(provider.keyFetches).toBe(1);
  });

  it("are looked for anew when a token names one that is not known", async () => {
    const { provider, clock, kindOf } = setUp();
    expect(await kindOf(one)).toBe("accepted");
    provider.keys = [one.publicJwk, two.publicJwk];
    await clock.advance(10_000);
    expect(await kindOf(two)).toBe("accepted");
    expect(provider.keyFetches).toBe(2);
  });

  it("are not fetched more than every ten seconds, whatever tokens name", async () => {
    const { provider, clock, kindOf } = setUp();
    await kindOf(one);
    await clock.advance(10_000);
    for (let at = 0; at < 50; at++) expect(await kindOf(two, `unknown-${at}`)).toBe("refused");
    expect(provider.keyFetches).toBe(2);
  });

  it("are believed no more when the provider has withdrawn them", async () => {
    const { provider, clock, kindOf } = setUp();
    expect(await kindOf(one)).toBe("accepted");
    provider.keys = [two.publicJwk];
    await clock.advance(11 * 60_000);
    // This token starts the fetch; the next ones meet the new keys.
    await kindOf(one);
    await expect.poll(() => provider.keyFetches).toBe(2);
    await clock.advance(10_000);
    expect(await kindOf(one)).toBe("refused");
    expect(await kindOf(two)).toBe("accepted");
  });

  it("outlive an outage of the provider by a day, and no longer", async () => {
    const { provider, clock, errors, kindOf } = setUp();
    expect(await kindOf(one)).toBe("accepted");
    provider.failure = down;
    for (let hour = 1; hour < 24; hour++) {
      await clock.advance(HOUR_MS);
      expect(await kindOf(one)).toBe("accepted");
    }
    expect(errors.length).toBeGreaterThan(0);
    await clock.advance(HOUR_MS);
    expect(await kindOf(one)).toBe("unavailable");
    provider.failure = undefined;
    await clock.advance(10_000);
    expect(await kindOf(one)).toBe("accepted");
  });

  it("are asked for again ten seconds after a start without the provider", async () => {
    const { provider, clock, kindOf } = setUp();
    provider.failure = down;
    expect(await kindOf(one)).toBe("unavailable");
    provider.failure = undefined;
    expect(await kindOf(one)).toBe("unavailable");
    await clock.advance(10_000);
    expect(await kindOf(one)).toBe("accepted");
  });

  it("do not wait for a provider that hangs", async () => {
    const { provider, clock, errors } = setUp();
    const keys = new ProviderKeys({
      issuer: ISSUER,
      clock,
      onError: (error) => errors.push(error),
      fetch: (_input, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
        }),
    });
    expect(provider.requests).toEqual([]);
    const refreshed = keys.refresh();
    await clock.advance(5_000);
    await clock.advance(5_000);
    expect(await refreshed).toBe(false);
    expect(String(errors)).toContain("did not answer within 5 s");
  });

  it.each<[string, (provider: TestProvider) => void]>([
    ["calls itself otherwise", (provider) => void (provider.issuer = "https://evil.example")],
    ["keeps its keys without TLS", (p) => void (p.jwksUri = "http://login.example.com/keys")],
    ["keeps its keys in a file", (provider) => void (provider.jwksUri = "file:///etc/passwd")],
    [
      "has a thousand keys",
      (provider) => void (provider.keys = Array.from({ length: 1_000 }, () => one.publicJwk)),
    ],
    ["answers with a page", (p) => void (p.failure = async () => new Response("<html>"))],
    [
      "answers with an error",
      (p) => void (p.failure = async () => new Response("", { status: 500 })),
    ],
    ["answers without end", (p) => void (p.failure = async () => new Response(endless()))],
  ])("are not taken from a provider that %s", async (_what, change) => {
    const { provider, errors, kindOf } = setUp();
    change(provider);
    expect(await kindOf(one)).toBe("unavailable");
    expect(errors).toHaveLength(1);
  });

  it("leave out symmetric ones", async () => {
    const { provider, kindOf } = setUp();
    provider.keys = [{ kty: "oct", k: "AAAA", kid: "one", alg: "ES256" }];
    expect(await kindOf(one)).toBe("refused");
  });

  it("are found by RFC 8414 too", async () => {
    const issuer = "https://as.example.com/tenant";
    const requests: string[] = [];
    const keys = new ProviderKeys({
      issuer,
      clock: new FakeClock(),
      fetch: async (input) => {
        const url = input instanceof Request ? input.url : input.toString();
        requests.push(url);
        if (url === "https://as.example.com/.well-known/oauth-authorization-server/tenant") {
          return Response.json({ issuer, jwks_uri: "https://keys.example.com/" });
        }
        return url === "https://keys.example.com/"
          ? Response.json({ keys: [one.publicJwk] })
          : new Response(null, { status: 404 });
      },
    });
    expect(await keys.refresh()).toBe(true);
    expect(requests).toHaveLength(3);
  });
});

function endless(): ReadableStream<Uint8Array> {
  return new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) });
}
