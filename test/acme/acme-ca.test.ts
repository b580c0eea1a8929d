import { describe, expect, it } from "vitest";
import {
  AccountKey,
  createCsr,
  generateCertificateKey,
  identifierOf,
} from "../../src/acme/index.ts";
import { type FlattenedJws, type JwsSigner, signJws } from "../../src/acme/jws.ts";
import { createCertificateRequest } from "../../src/lib/x509-writer.ts";
import { createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { FakeClock } from "../support/fake-clock.ts";

interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
}

/** A client that makes every mistake it is told to. */
class RawClient {
  readonly ca = createAcmeCa({ clock: new FakeClock() });

  readonly key: AccountKey;

  constructor(key: AccountKey) {
    this.key = key;
  }

  url(path: string): string {
    return `https://ca.test/${path}`;
  }

  nonce(): string {
    const url = this.url("newNonce");
    const { headers } = this.ca.server.handle({
      method: "HEAD",
      url,
      headers: { "user-agent": "raw" },
    });
    return headers["replay-nonce"] ?? "";
  }

  send(url: string, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
    const defaults = { "user-agent": "raw", "content-type": "application/jose+json" };
    const all = { ...defaults, ...headers };
    const response = this.ca.server.handle({ method: "POST", url, headers: all, body });
    const text = Buffer.from(response.body).toString();
    const json = (text.startsWith("{") ? JSON.parse(text) : {}) as Record<string, string>;
    return { status: response.status, json, headers: response.headers };
  }

  jws(url: string, payload: object | "", signer: JwsSigner = { key: this.key }): FlattenedJws {
    return signJws({ signer, url, payload, nonce: this.nonce() });
  }

  post(url: string, payload: object | "", signer?: JwsSigner): Answer {
    return this.send(url, JSON.stringify(this.jws(url, payload, signer)));
  }
}

async function rawClient(): Promise<RawClient & { readonly signer: JwsSigner }> {
  const client = new RawClient(await AccountKey.generate());
  const { headers } = client.post(client.url("newAccount"), { termsOfServiceAgreed: true });
  return Object.assign(client, { signer: { key: client.key, kid: headers["location"] ?? "" } });
}

const refused = (status: number, type: string): object => ({
  status,
  json: { type: `urn:ietf:params:acme:error:${type}` },
});

// A judge that lets everything pass proves nothing: what RFC 8555 forbids is refused.
describe("the CA of the tests", () => {
  it("takes a nonce once", async () => {
    const client = await rawClient();
    const url = client.url("newOrder");
    const body = JSON.stringify(client.jws(url, { identifiers: [] }, client.signer));
    client.send(url, body);
    expect(client.send(url, body)).toMatchObject(refused(400, "badNonce"));
  });

  it("takes a signature only for the URL and the text that were signed", async () => {
    const client = await rawClient();
    const url = client.url("newOrder");
    const jws = client.jws(client.url("newAccount"), {}, client.signer);
    expect(client.send(url, JSON.stringify(jws))).toMatchObject(refused(403, "unauthorized"));
    const payload = Buffer.from('{"identifiers":[]}').toString("base64url");
    const forged = { ...client.jws(url, {}, client.signer), payload };
    expect(client.send(url, JSON.stringify(forged))).toMatchObject(refused(400, "malformed"));
    const other = await AccountKey.generate();
    const impostor = { ...client.signer, key: other };
    expect(client.post(url, {}, impostor)).toMatchObject(refused(400, "malformed"));
  });

  it("wants the content type, a user agent, and the flattened form without more", async () => {
    const client = await rawClient();
    const url = client.url("newOrder");
    const jws = client.jws(url, {}, client.signer);
    const json = { "content-type": "application/json" };
    expect(client.send(url, JSON.stringify(jws), json)).toMatchObject(refused(415, "malformed"));
    expect(client.send(url, JSON.stringify(jws), { "user-agent": "" })).toMatchObject(
      refused(400, "malformed"),
    );
    const more = JSON.stringify({ ...jws, header: {} });
    expect(client.send(url, more)).toMatchObject(refused(400, "malformed"));
    expect(client.send(url, "{")).toMatchObject(refused(400, "malformed"));
  });

  it("wants a key where there is no account yet, and an account where there is one", async () => {
    const client = await rawClient();
    expect(client.post(client.url("newAccount"), {}, client.signer)).toMatchObject(
      refused(400, "malformed"),
    );
    expect(client.post(client.url("newOrder"), {})).toMatchObject(refused(400, "malformed"));
    const nobody = { key: client.key, kid: client.url("account/999") };
    expect(client.post(client.url("newOrder"), {}, nobody)).toMatchObject(
      refused(400, "accountDoesNotExist"),
    );
  });

  it("wants the terms to be agreed to", async () => {
    const client = new RawClient(await AccountKey.generate());
    expect(client.post(client.url("newAccount"), {})).toMatchObject(
      refused(403, "userActionRequired"),
    );
  });

  it.each([
    ["none", []],
    [
      "one twice",
      [
        { type: "dns", value: "a.example" },
        { type: "dns", value: "a.example" },
      ],
    ],
    ["upper case", [{ type: "dns", value: "A.example" }]],
    ["an address as a name", [{ type: "dns", value: "192.0.2.1" }]],
    ["a long form of an address", [{ type: "ip", value: "2001:db8:0::1" }]],
  ])("does not take identifiers: %s", async (_, identifiers) => {
    const client = await rawClient();
    expect(client.post(client.url("newOrder"), { identifiers }, client.signer)).toMatchObject(
      refused(400, "malformed"),
    );
  });

  it("finalizes an order when it is ready, for its names and with a key of its own", async () => {
    const client = await rawClient();
    const identifiers = [identifierOf("a.example")];
    const { json } = client.post(client.url("newOrder"), { identifiers }, client.signer);
    const finalize = json["finalize"] ?? "";
    const key = await generateCertificateKey();
    const csr = (der: Uint8Array): object => ({ csr: Buffer.from(der).toString("base64url") });
    const good = csr(createCsr(identifiers, key));
    expect(client.post(finalize, good, client.signer)).toMatchObject(refused(403, "orderNotReady"));
    for (const authorization of client.ca.server.store.authorizations.values()) {
      authorization.status = "valid";
    }
    const others = csr(createCertificateRequest({ names: ["b.example"], privateKey: key }));
    expect(client.post(finalize, others, client.signer)).toMatchObject(refused(400, "badCSR"));
    const broken = createCsr(identifiers, key);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    expect(client.post(finalize, csr(broken), client.signer)).toMatchObject(refused(400, "badCSR"));
    expect(client.post(finalize, good, client.signer)).toMatchObject({
      status: 200,
      json: { status: "valid" },
    });
    expect(client.post(finalize, good, client.signer)).toMatchObject(refused(403, "orderNotReady"));
  });

  it("shows an order to nobody but its account", async () => {
    const client = await rawClient();
    const identifiers = [identifierOf("a.example")];
    const { headers, json } = client.post(client.url("newOrder"), { identifiers }, client.signer);
    const key = await AccountKey.generate();
    const other = client.post(client.url("newAccount"), { termsOfServiceAgreed: true }, { key });
    const stranger = { key, kid: other.headers["location"] ?? "" };
    for (const url of [headers["location"], json["authorizations"]?.[0], json["finalize"]]) {
      expect(client.post(url ?? "", "", stranger)).toMatchObject(refused(403, "unauthorized"));
    }
  });

  it("wants {} for a challenge and nothing for what is only read", async () => {
    const client = await rawClient();
    const identifiers = [identifierOf("a.example")];
    client.post(client.url("newOrder"), { identifiers }, client.signer);
    const [authorization] = client.ca.server.store.authorizations.values();
    const challenge = client.url(`challenge/${authorization?.challenges[1]?.id}`);
    expect(client.post(challenge, { keyAuthorization: "x" }, client.signer)).toMatchObject(
      refused(400, "malformed"),
    );
    expect(client.post(challenge, "", client.signer)).toMatchObject({
      json: { status: "pending" },
    });
    expect(client.post(challenge, {}, client.signer)).toMatchObject({
      json: { status: "processing" },
    });
  });
});
