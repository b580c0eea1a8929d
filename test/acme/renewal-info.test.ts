import { describe, expect, it } from "vitest";
import { obtain } from "../support/acme-ca/obtain.ts";
import { stage } from "../support/acme-ca/stage.ts";

const NAMES = ["docs.example.com"];
const HOUR_MS = 3_600_000;

describe("renewal information (RFC 9773)", () => {
  it("is the window that the CA suggests, asked for without a signature", async () => {
    const { client, obtain, run, count } = await stage();
    const { chain } = await obtain();
    const { suggestedWindow, retryAfterMs } = await run(
      client.renewalInfo(chain.ariCertificateId ?? ""),
    );
    const middle = (suggestedWindow.start + suggestedWindow.end) / 2;
    expect(middle).toBeCloseTo(chain.notBefore + ((chain.notAfter - chain.notBefore) * 2) / 3, -3);
    expect(retryAfterMs).toBe(6 * HOUR_MS);
    expect(count("GET renewalInfo")).toBe(1);
  });

  it("may be in the past and may come with an explanation", async () => {
    const { ca, client, clock, obtain, run } = await stage();
    const window = { start: clock.now() - HOUR_MS, end: clock.now() - HOUR_MS / 2 };
    ca.behaviour.renewalWindow = () => window;
    const explanationURL = "https://ca.test/incident";
    ca.inject({
      on: "renewalInfo",
      fault: { kind: "json", change: (json) => ({ ...json, explanationURL }) },
    });
    const { chain } = await obtain();
    expect(await run(client.renewalInfo(chain.ariCertificateId ?? ""))).toEqual({
      suggestedWindow: window,
      explanationUrl: explanationURL,
      retryAfterMs: 6 * HOUR_MS,
    });
  });

  it.each([
    ["1", 60_000],
    ["86400000", 24 * HOUR_MS],
    ["3600", HOUR_MS],
    [undefined, 6 * HOUR_MS],
    ["later", 6 * HOUR_MS],
  ])("with Retry-After %s is asked for again after %d ms", async (value, expected) => {
    const { ca, client, obtain, run } = await stage();
    const { chain } = await obtain();
    ca.inject({ on: "renewalInfo", fault: { kind: "header", name: "retry-after", value } });
    expect((await run(client.renewalInfo(chain.ariCertificateId ?? ""))).retryAfterMs).toBe(
      expected,
    );
  });

  it.each([
    [
      "ends before it starts",
      { suggestedWindow: { start: "2026-01-02T00:00:00Z", end: "2026-01-01T00:00:00Z" } },
    ],
    [
      "is empty",
      { suggestedWindow: { start: "2026-01-02T00:00:00Z", end: "2026-01-02T00:00:00Z" } },
    ],
    ["is no date", { suggestedWindow: { start: "tomorrow", end: "2026-01-01T00:00:00Z" } }],
    [
      "is a date that does not exist",
      { suggestedWindow: { start: "2026-13-01T00:00:00Z", end: "2027-01-01T00:00:00Z" } },
    ],
    ["is missing", {}],
  ])("whose window %s is as none", async (_, json) => {
    const { ca, client, obtain, run } = await stage();
    const { chain } = await obtain();
    ca.inject({ on: "renewalInfo", fault: { kind: "json", change: () => json } });
    await expect(run(client.renewalInfo(chain.ariCertificateId ?? ""))).rejects.toMatchObject({
      code: "ERR_ACME_PROTOCOL",
    });
  });

  it("is not offered by every CA", async () => {
    const { client, run } = await stage({ behaviour: { offersRenewalInfo: false } });
    await expect(run(client.renewalInfo("a.b"))).rejects.toMatchObject({
      code: "ERR_ACME_UNSUPPORTED",
    });
  });

  it("is not known for every certificate", async () => {
    const { client, run } = await stage();
    await expect(run(client.renewalInfo("a.b"))).rejects.toMatchObject({ status: 404 });
    await expect(run(client.renewalInfo("../directory"))).rejects.toThrow(TypeError);
  });
});

describe("replaces", () => {
  it("names the certificate that is renewed, once", async () => {
    const { account, ca, obtain: first, run } = await stage({ behaviour: { reusesOrders: false } });
    const replaces = (await first()).chain.ariCertificateId ?? "";
    const { order } = await run(obtain(account, { names: NAMES, replaces }));
    expect(order.state.replaces).toBe(replaces);
    expect(ca.issued[1]?.replaces).toBe(replaces);
    await expect(run(obtain(account, { names: NAMES, replaces }))).rejects.toMatchObject({
      errorName: "alreadyReplaced",
      status: 409,
      hint: "Order again without naming the certificate that is replaced.",
    });
    await run(obtain(account, { names: NAMES }));
    expect(ca.issued).toHaveLength(3);
  });
});
