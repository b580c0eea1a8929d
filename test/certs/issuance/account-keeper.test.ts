import { describe, expect, it } from "vitest";
import { AcmeClient } from "../../../src/acme/client.ts";
import { AccountKeeper } from "../../../src/certs/issuance/account-keeper.ts";
import { Ledger } from "../../../src/certs/ledger/ledger.ts";
import { LETS_ENCRYPT_LIMITS } from "../../../src/certs/ledger/rate-limits.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import {
  type AcmeCa,
  type AcmeCaOptions,
  createAcmeCa,
} from "../../support/acme-ca/create-acme-ca.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { runOnClock } from "../../support/run-on-clock.ts";

interface Bench {
  readonly ca: AcmeCa;
  readonly storage: MemoryStorage;
  readonly clock: FakeClock;
  readonly keeper: () => Promise<AccountKeeper>;
  readonly open: () => Promise<string>;
}

function bench(behaviour: AcmeCaOptions["behaviour"] = {}, terms = { agreeTos: true }): Bench {
  const clock = new FakeClock();
  const ca = createAcmeCa({ clock, behaviour });
  const storage = new MemoryStorage();
  const keeper = async (): Promise<AccountKeeper> =>
    new AccountKeeper({
      storage,
      clock,
      terms,
      ledger: await Ledger.open(storage, clock),
      client: new AcmeClient({ directoryUrl: ca.directoryUrl, transport: ca.transport, clock }),
      directoryUrl: ca.directoryUrl,
      limits: LETS_ENCRYPT_LIMITS,
    });
  const open = async (): Promise<string> =>
    (await runOnClock(clock, (await keeper()).open("a.test"))).url;
  return { ca, storage, clock, keeper, open };
}

describe("AccountKeeper", () => {
  it("registers once, and asks nothing the second time", async () => {
    const { ca, open } = bench();
    const url = await open();
    const requests = ca.requests.length;
    expect(await open()).toBe(url);
    expect(ca.requests.length).toBe(requests);
  });

  it("finds its account by the key when the URL is lost", async () => {
    const { ca, storage, open, keeper } = bench();
    const url = await open();
    await (await keeper()).forgetUrl();
    expect(await open()).toBe(url);
    expect(ca.server.store.accounts.size).toBe(1);
    expect((await storage.list(".docport/accounts")).map((key) => key.split("/").at(-1))).toEqual([
      "account.json",
      "key.pem",
    ]);
  });

  it("keeps the key that was written before the request was lost", async () => {
    const { ca, open } = bench();
    ca.inject({ on: "newAccount", fault: { kind: "problem", status: 400, type: "malformed" } });
    await expect(open()).rejects.toThrow("malformed");
    ca.inject({ on: "newAccount", fault: { kind: "lost" }, times: 3 });
    await open();
    expect(ca.server.store.accounts.size).toBe(1);
  });

  it("rolls over to a new key, and works with it", async () => {
    const { ca, clock, open, keeper } = bench();
    const url = await open();
    const before = (await (await keeper()).peek()).thumbprint;
    await runOnClock(clock, (await keeper()).rollover("a.test"));
    const after = await (await keeper()).peek();
    expect(after.thumbprint).not.toBe(before);
    await (await keeper()).forgetUrl();
    expect(await open()).toBe(url);
    expect(ca.server.store.accounts.size).toBe(1);
  });

  it.each([
    ["arrived", { kind: "lost" }],
    ["never arrived", { kind: "unreachable" }],
  ] as const)("settles a rollover that was killed when the request %s", async (_, fault) => {
    const { ca, clock, storage, open, keeper } = bench();
    const url = await open();
    ca.inject({ on: "keyChange", fault, times: 9 });
    ca.inject({ on: "newAccount", fault: { kind: "unreachable" }, times: 9 });
    await expect(runOnClock(clock, (await keeper()).rollover("a.test"))).rejects.toMatchObject({
      code: "ERR_ACME_NETWORK",
    });
    expect((await storage.list(".docport")).some((key) => key.endsWith("next-key.pem"))).toBe(true);
    ca.clearFaults();
    expect(await open()).toBe(url);
    await (await keeper()).forgetUrl();
    expect(await open()).toBe(url);
    expect((await storage.list(".docport")).some((key) => key.endsWith("next-key.pem"))).toBe(
      false,
    );
    expect(ca.server.store.accounts.size).toBe(1);
  });

  it("does not spend more accounts than the CA allows", async () => {
    const { ca, storage, open } = bench();
    for (let i = 0; i < 10; i++) {
      await open();
      await storage.delete(".docport/accounts");
    }
    await expect(open()).rejects.toMatchObject({ code: "ERR_CERT_RATE_LIMIT" });
    expect(ca.server.store.accounts.size).toBe(10);
  });

  it("asks for a binding where the CA wants one", async () => {
    const { ca, open } = bench({
      externalAccountKeys: new Map([["kid-1", "c2VjcmV0c2VjcmV0c2VjcmV0"]]),
    });
    await expect(open()).rejects.toMatchObject({ code: "ERR_CERT_BINDING" });
    expect(ca.requests).not.toContain("POST newAccount");
  });
});
