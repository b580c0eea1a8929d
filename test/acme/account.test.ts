import { describe, expect, it } from "vitest";
import { AccountKey } from "../../src/acme/index.ts";
import { obtain } from "../support/acme-ca/obtain.ts";
import { stage } from "../support/acme-ca/stage.ts";

const HMAC_KEY = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

describe("an account", () => {
  it("is found again by its key", async () => {
    const { account, client, key, run, ca } = await stage();
    const found = await run(client.newAccount({ key, onlyReturnExisting: true }));
    expect(found.url).toBe(account.url);
    const twice = await run(client.newAccount({ key, termsOfServiceAgreed: true }));
    expect(twice.url).toBe(account.url);
    expect(ca.server.store.accounts.size).toBe(1);
  });

  it("is not made when it only was to be found", async () => {
    const { client, run, ca } = await stage();
    const key = await AccountKey.generate("ES384");
    await expect(run(client.newAccount({ key, onlyReturnExisting: true }))).rejects.toMatchObject({
      errorName: "accountDoesNotExist",
    });
    expect(ca.server.store.accounts.size).toBe(1);
  });

  it("survives as PEM and URL", async () => {
    const { account, client, key, run } = await stage();
    const restored = client.account({ key: AccountKey.fromPem(key.toPem()), url: account.url });
    expect(await run(restored.fetchState())).toMatchObject({ status: "valid", contact: [] });
  });

  it("has contacts that can be replaced", async () => {
    const { client, run } = await stage();
    const contact = ["mailto:a@example.com"];
    const key = await AccountKey.generate("ES384");
    const account = await run(client.newAccount({ key, termsOfServiceAgreed: true, contact }));
    expect((await run(account.fetchState())).contact).toEqual(contact);
    const changed = await run(account.update({ contact: ["mailto:b@example.com"] }));
    expect(changed.contact).toEqual(["mailto:b@example.com"]);
    await expect(run(account.update({ contact: ["tel:+1"] }))).rejects.toMatchObject({
      errorName: "unsupportedContact",
    });
  });

  it("ends by deactivation", async () => {
    const { account, ca, run, obtain } = await stage();
    expect(await run(account.deactivate())).toMatchObject({ status: "deactivated" });
    await expect(obtain()).rejects.toMatchObject({ errorName: "unauthorized", status: 403 });
    expect([...ca.server.store.accounts.values()].map(({ status }) => status)).toEqual([
      "deactivated",
    ]);
  });

  it("that the CA has revoked says so", async () => {
    const { ca, client, key, run, obtain } = await stage();
    for (const account of ca.server.store.accounts.values()) account.status = "revoked";
    await expect(obtain()).rejects.toMatchObject({
      errorName: "unauthorized",
      detail: "the account is revoked",
    });
    await expect(run(client.newAccount({ key, onlyReturnExisting: true }))).rejects.toMatchObject({
      errorName: "unauthorized",
    });
  });

  it("is bound to a customer of the CA when the CA wants that", async () => {
    const externalAccountKeys = new Map([["kid-1", HMAC_KEY]]);
    const { ca, client, run } = await stage({ behaviour: { externalAccountKeys } });
    expect([...ca.server.store.accounts.values()][0]?.eabKid).toBe("kid-1");
    expect((await run(client.directory())).externalAccountRequired).toBe(true);
    const key = await AccountKey.generate();
    const request = { key, termsOfServiceAgreed: true };
    await expect(run(client.newAccount(request))).rejects.toMatchObject({
      errorName: "externalAccountRequired",
      status: 403,
    });
    for (const [kid, hmacKey] of [
      ["kid-2", HMAC_KEY],
      ["kid-1", "AAAA"],
    ] as const) {
      const binding = { externalAccountBinding: { kid, hmacKey } };
      await expect(run(client.newAccount({ ...request, ...binding }))).rejects.toMatchObject({
        errorName: "unauthorized",
      });
    }
  });

  it.each([
    ["with a reply", undefined],
    ["with a lost reply", { kind: "lost" }],
    ["with a late reply", { kind: "hang", obeyed: true }],
  ] as const)("rolls over to a new key, %s", async (_, fault) => {
    const { account, ca, client, key, run } = await stage();
    const newKey = await AccountKey.generate("ES384");
    if (fault) ca.inject({ on: "keyChange", fault });
    await run(account.changeKey(newKey));
    expect(account.key).toBe(newKey);
    await run(obtain(account, { names: ["docs.example.com"] }));
    const found = await run(client.newAccount({ key: newKey, onlyReturnExisting: true }));
    expect(found.url).toBe(account.url);
    await expect(run(client.newAccount({ key, onlyReturnExisting: true }))).rejects.toMatchObject({
      errorName: "accountDoesNotExist",
    });
  });

  it("keeps its key when the roll-over did not happen", async () => {
    const { account, ca, key, run } = await stage();
    ca.inject({ on: "keyChange", fault: { kind: "hang" } });
    await expect(run(account.changeKey(await AccountKey.generate()))).rejects.toMatchObject({
      code: "ERR_ACME_TIMEOUT",
    });
    expect(account.key).toBe(key);
    expect((await run(account.fetchState())).status).toBe("valid");
  });

  it("does not take a key that another account has", async () => {
    const { account, client, run } = await stage();
    const key = await AccountKey.generate();
    await run(client.newAccount({ key, termsOfServiceAgreed: true }));
    await expect(run(account.changeKey(key))).rejects.toMatchObject({ status: 409 });
  });

  it("must have a Location", async () => {
    const { ca, client, key, run } = await stage();
    ca.inject({ on: "newAccount", fault: { kind: "header", name: "location", value: undefined } });
    await expect(run(client.newAccount({ key }))).rejects.toMatchObject({
      message: "The CA's reply to newAccount has no Location",
    });
  });

  it.each([
    ["nothing", ""],
    ["half a key", "-----BEGIN PRIVATE KEY-----\nMIGH"],
  ])("cannot be signed for with %s", (_, pem) => {
    expect(() => AccountKey.fromPem(pem)).toThrow(
      expect.objectContaining({ code: "ERR_ACME_ACCOUNT_KEY" }),
    );
  });
});

describe("revocation", () => {
  it("is asked for by the account, and twice is no error", async () => {
    const { account, ca, obtain, run } = await stage();
    const { chain } = await obtain();
    await run(account.revokeCertificate(chain.pem, { reason: "superseded" }));
    expect(ca.issued[0]?.revoked).toBe(true);
    await run(account.revokeCertificate(chain.pem));
  });

  it("is asked for by the certificate's own key, without an account", async () => {
    const { ca, client, obtain, run } = await stage();
    const { chain, privateKey } = await obtain();
    ca.inject({ on: "revokeCert", fault: { kind: "lost" } });
    await run(
      client.revokeCertificate({
        certificatePem: chain.pem,
        certificateKey: privateKey,
        reason: "keyCompromise",
      }),
    );
    expect(ca.issued[0]?.revoked).toBe(true);
  });

  it("is refused to others", async () => {
    const { client, obtain, run } = await stage();
    const { chain } = await obtain();
    const key = await AccountKey.generate();
    const other = await run(client.newAccount({ key, termsOfServiceAgreed: true }));
    await expect(run(other.revokeCertificate(chain.pem))).rejects.toMatchObject({
      errorName: "unauthorized",
    });
  });
});

describe("an authorization", () => {
  it("can be given up", async () => {
    const { account, run } = await stage();
    const order = await run(
      account.newOrder({ identifiers: [{ type: "dns", value: "docs.example.com" }] }),
    );
    const [authorization] = await run(order.authorizations());
    expect(
      (await run(authorization?.deactivate() ?? Promise.reject(new Error("none")))).status,
    ).toBe("deactivated");
    expect((await run(order.refresh())).status).toBe("invalid");
  });
});
