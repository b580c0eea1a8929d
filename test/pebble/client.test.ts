import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ACME_TLS_ALPN_PROTOCOL,
  type Account,
  AccountKey,
  AcmeClient,
  type AcmeClientOptions,
  type Challenge,
  checkCertificate,
  createCsr,
  createTlsAlpnCertificate,
  dns01Record,
  generateCertificateKey,
  http01Path,
  identifierOf,
  type NewOrder,
  tlsAlpnServerName,
} from "../../src/acme/index.ts";
import type { CertificateChain } from "../../src/lib/certificate-chain.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const generation = pebbleGeneration();

/** Answers challenges of all three types for one Pebble. */
class Responder implements AsyncDisposable {
  readonly #pebble: Pebble;
  readonly #gate: Promise<void>;
  readonly #files = new Map<string, string>();
  readonly #servers: { close(done: () => void): unknown }[] = [];

  /** `gate` holds back the answers of HTTP-01 until it resolves. */
  constructor(pebble: Pebble, gate: Promise<void>) {
    this.#pebble = pebble;
    this.#gate = gate;
  }

  async answer(challenge: Challenge): Promise<void> {
    const { identifier, keyAuthorization } = challenge;
    if (challenge.type === "http-01") {
      if (this.#files.size === 0) await this.#listen(this.#httpServer(), this.#pebble.httpPort);
      this.#files.set(http01Path(challenge.token), keyAuthorization);
    } else if (challenge.type === "dns-01") {
      const { name, value } = dns01Record(identifier, keyAuthorization);
      await this.#pebble.dns("set-txt", { host: `${name}.`, value });
    } else {
      const pair = await createTlsAlpnCertificate({
        identifier,
        keyAuthorization,
        now: Date.now(),
      });
      const server = createTlsServer(
        {
          key: pair.privateKeyPem,
          cert: pair.certificatePem,
          ALPNProtocols: [ACME_TLS_ALPN_PROTOCOL],
        },
        (socket) => {
          if (socket.servername === tlsAlpnServerName(identifier)) socket.end();
          else socket.destroy();
        },
      );
      await this.#listen(server, this.#pebble.tlsPort);
    }
  }

  #httpServer(): Server {
    return createHttpServer((request, response) => {
      void this.#gate.then(() => response.end(this.#files.get(request.url ?? "") ?? ""));
    });
  }

  async #listen(server: Server | ReturnType<typeof createTlsServer>, port: number): Promise<void> {
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    this.#servers.push(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await new Promise<void>((done) => server.close(done));
  }
}

interface Wish extends Omit<NewOrder, "identifiers"> {
  readonly names: readonly string[];
  readonly type: "http-01" | "dns-01" | "tls-alpn-01";
}

interface Granted {
  readonly chain: CertificateChain;
  readonly alternates: readonly string[];
  readonly privateKey: Awaited<ReturnType<typeof generateCertificateKey>>;
}

async function obtain(
  pebble: Pebble,
  account: Account,
  wish: Wish,
  gate: Promise<void> = Promise.resolve(),
): Promise<Granted> {
  const { names, type, ...rest } = wish;
  await using responder = new Responder(pebble, gate);
  const order = await account.newOrder({ ...rest, identifiers: names.map(identifierOf) });
  for (const authorization of await order.authorizations()) {
    const challenge = authorization.challenge(type);
    if (!challenge) throw new Error(`no ${type} for ${authorization.identifier.value}`);
    await responder.answer(challenge);
    await challenge.respond();
    await authorization.pollValid();
  }
  const privateKey = await generateCertificateKey();
  await order.finalize(createCsr(order.state.identifiers, privateKey));
  await order.pollIssued();
  const { chain, alternates } = await order.downloadCertificate();
  const keyPem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  expect(checkCertificate({ chain, keyPem, names, now: Date.now() })).toEqual([]);
  return { chain, alternates, privateKey };
}

interface Counted {
  readonly client: AcmeClient;
  readonly requests: string[];
}

function newClient(pebble: Pebble, options: Partial<AcmeClientOptions> = {}): Counted {
  const requests: string[] = [];
  const client = new AcmeClient({
    directoryUrl: pebble.directoryUrl,
    transport: (request) => {
      requests.push(`${request.method} ${new URL(request.url).pathname}`);
      return pebble.transport(request);
    },
    ...options,
  });
  return { client, requests };
}

async function register(client: AcmeClient): Promise<Account> {
  return client.newAccount({ key: await AccountKey.generate(), termsOfServiceAgreed: true });
}

describe.skipIf(generation === "none")("against Pebble, the client", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble({ env: { PEBBLE_ALTERNATE_ROOTS: "2" } });
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it("gets a first certificate in at most ten requests, account included", async () => {
    const { client, requests } = newClient(pebble);
    await obtain(pebble, await register(client), { names: ["docs.example.test"], type: "http-01" });
    expect(requests.length).toBeLessThanOrEqual(10);
  });

  it.each([
    ["http-01", ["a.example.test", "b.example.test", "127.0.0.1"]],
    ["tls-alpn-01", ["docs.example.test"]],
    ["tls-alpn-01", ["127.0.0.1"]],
    ["dns-01", ["*.example.test", "example.test", "*.other.example.test"]],
  ] as const)("proves control by %s of %j", async (type, names) => {
    const account = await register(newClient(pebble).client);
    const { chain } = await obtain(pebble, account, { names, type });
    expect([...chain.names].toSorted()).toEqual([...names].toSorted());
  });

  it("downloads the alternate chains", async () => {
    const account = await register(newClient(pebble).client);
    const wish = { names: ["docs.example.test"], type: "http-01" } as const;
    const { chain, alternates } = await obtain(pebble, account, wish);
    expect(alternates).toHaveLength(2);
    for (const url of alternates) {
      const other = await account.downloadCertificate(url);
      expect(other.chain.fingerprint256).toBe(chain.fingerprint256);
      expect(other.chain.pem).not.toBe(chain.pem);
    }
  });

  it("rolls its key over, is found by it, and ends", async () => {
    const { client } = newClient(pebble);
    const account = await register(client);
    const newKey = await AccountKey.generate("ES384");
    await account.changeKey(newKey);
    const found = await client.newAccount({ key: newKey, onlyReturnExisting: true });
    expect(found.url).toBe(account.url);
    expect((await found.deactivate()).status).toBe("deactivated");
  });

  it("revokes by the account and by the certificate's key", async () => {
    const { client } = newClient(pebble);
    const account = await register(client);
    const wish = { names: ["docs.example.test"], type: "http-01" } as const;
    const first = await obtain(pebble, account, wish);
    await account.revokeCertificate(first.chain.pem, { reason: "superseded" });
    await account.revokeCertificate(first.chain.pem);
    const second = await obtain(pebble, account, wish);
    await client.revokeCertificate({
      certificatePem: second.chain.pem,
      certificateKey: second.privateKey,
    });
    for (const { chain } of [first, second]) {
      const status = await pebble.management(`/cert-status-by-serial/${chain.serialNumber}`);
      expect(JSON.parse(status)).toMatchObject({ Status: "Revoked" });
    }
  });

  it("is told why a validation failed", async () => {
    const account = await register(newClient(pebble).client);
    const order = await account.newOrder({ identifiers: [identifierOf("nobody.example.test")] });
    const [authorization] = await order.authorizations();
    await authorization?.challenge("http-01")?.respond();
    await expect(authorization?.pollValid()).rejects.toMatchObject({
      code: "ERR_ACME_AUTHORIZATION_INVALID",
      cause: { errorName: "connection" },
    });
    await expect(order.pollReady()).rejects.toMatchObject({ code: "ERR_ACME_ORDER_INVALID" });
  });
});

describe.skipIf(generation === "none")("against a difficult Pebble, the client", () => {
  it("gets its certificate although nine of ten nonces are refused", async () => {
    await using pebble = await startPebble({ env: { PEBBLE_WFE_NONCEREJECT: "90" } });
    const { client, requests } = newClient(pebble);
    await obtain(pebble, await register(client), { names: ["docs.example.test"], type: "http-01" });
    expect(requests.length).toBeGreaterThan(20);
  });

  it("waits as long as Retry-After says, in seconds and in dates", async () => {
    await using pebble = await startPebble({ config: { retryAfter: { authz: 1, order: 1 } } });
    let open = (): void => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const polls: number[] = [];
    const { client } = newClient(pebble, {
      transport: async (request) => {
        const response = await pebble.transport(request);
        if (request.url.includes("/authZ/")) polls.push(Date.now());
        // The first is not a poll; after the second, the validation may come to its end.
        if (polls.length === 2) open();
        return response;
      },
    });
    const wish = { names: ["docs.example.test"], type: "http-01" } as const;
    await obtain(pebble, await register(client), wish, gate);
    const [, second = 0, third = 0] = polls;
    expect(polls.length).toBeGreaterThanOrEqual(3);
    // A date has whole seconds: of the one second that is asked for, next to nothing may be left.
    expect(third - second).toBeGreaterThanOrEqual(50);
  });

  it("keeps what Pebble says against a name", async () => {
    // In a Pebble of its own: with a blocklist, an order for a wildcard makes it panic.
    const config = { domainBlocklist: ["blocked.example.test"] };
    await using pebble = await startPebble({ config });
    const account = await register(newClient(pebble).client);
    const wish = { names: ["blocked.example.test"], type: "http-01" } as const;
    await expect(obtain(pebble, account, wish)).rejects.toMatchObject({
      code: "ERR_ACME_PROBLEM",
      errorName: "rejectedIdentifier",
    });
  });

  it("is bound to a customer when that is required", async () => {
    const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    const externalAccountMACKeys = { "kid-1": hmacKey };
    const config = { externalAccountBindingRequired: true, externalAccountMACKeys };
    await using pebble = await startPebble({ config });
    const { client } = newClient(pebble);
    expect((await client.directory()).externalAccountRequired).toBe(true);
    await expect(register(client)).rejects.toMatchObject({ errorName: "externalAccountRequired" });
    const account = await client.newAccount({
      key: await AccountKey.generate(),
      termsOfServiceAgreed: true,
      externalAccountBinding: { kid: "kid-1", hmacKey },
    });
    await obtain(pebble, account, { names: ["docs.example.test"], type: "http-01" });
  });
});

describe.skipIf(generation !== "recent")("against a recent Pebble, the client", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    const profiles = {
      default: { description: "90 days", validityPeriod: 7_776_000 },
      shortlived: { description: "6 days", validityPeriod: 518_400 },
    };
    pebble = await startPebble({ config: { profiles } });
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it("chooses a profile", async () => {
    const { client } = newClient(pebble);
    const account = await register(client);
    expect([...(await client.directory()).profiles.keys()].toSorted()).toEqual([
      "default",
      "shortlived",
    ]);
    const wish = { names: ["docs.example.test"], type: "http-01" } as const;
    const { chain } = await obtain(pebble, account, { ...wish, profile: "shortlived" });
    expect(Math.round((chain.notAfter - chain.notBefore) / 86_400_000)).toBe(6);
    await expect(obtain(pebble, account, { ...wish, profile: "gold" })).rejects.toMatchObject({
      errorName: "invalidProfile",
    });
  });

  it("asks when to renew, and renews in the place of the old certificate, once", async () => {
    const { client } = newClient(pebble);
    const account = await register(client);
    const wish = { names: ["docs.example.test"], type: "http-01", profile: "default" } as const;
    const { chain } = await obtain(pebble, account, wish);
    const replaces = chain.ariCertificateId ?? "";
    const { suggestedWindow, retryAfterMs } = await client.renewalInfo(replaces);
    expect(suggestedWindow.start).toBeGreaterThan(chain.notBefore);
    expect(suggestedWindow.end).toBeLessThan(chain.notAfter);
    expect(retryAfterMs).toBe(21_600_000);
    await obtain(pebble, account, { ...wish, replaces });
    await expect(obtain(pebble, account, { ...wish, replaces })).rejects.toMatchObject({
      errorName: "alreadyReplaced",
    });
  });

  it("takes a renewal window that makes no sense for no news", async () => {
    const { client } = newClient(pebble);
    const account = await register(client);
    const wish = { names: ["docs.example.test"], type: "http-01", profile: "default" } as const;
    const { chain } = await obtain(pebble, account, wish);
    const certificateId = chain.ariCertificateId ?? "";
    const override = async (ARIResponse: string): Promise<string> =>
      pebble.management("/set-renewal-info/", { Certificate: chain.pem, ARIResponse });
    await override(
      '{"suggestedWindow":{"start":"2020-01-01T00:00:00Z","end":"2020-01-02T00:00:00Z"},"explanationURL":"https://ca.test/why"}',
    );
    expect(await client.renewalInfo(certificateId)).toMatchObject({
      suggestedWindow: { end: Date.UTC(2020, 0, 2) },
      explanationUrl: "https://ca.test/why",
    });
    await override(
      '{"suggestedWindow":{"start":"2020-01-02T00:00:00Z","end":"2020-01-01T00:00:00Z"}}',
    );
    await expect(client.renewalInfo(certificateId)).rejects.toMatchObject({
      code: "ERR_ACME_PROTOCOL",
    });
  });
});
