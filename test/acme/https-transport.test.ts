import { describe, expect, it } from "vitest";
import {
  AccountKey,
  AcmeClient,
  type AcmeTransport,
  createHttpsTransport,
} from "../../src/acme/index.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type AcmeCa, createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { listenAcmeCa } from "../support/acme-ca/listen-acme-ca.ts";
import { obtain } from "../support/acme-ca/obtain.ts";

interface Wire extends AsyncDisposable {
  readonly ca: AcmeCa;
  readonly directoryUrl: string;
  readonly transport: AcmeTransport;
  readonly apiRoots: string;
}

async function wire(): Promise<Wire> {
  const ca = createAcmeCa({ clock: systemClock });
  const listener = await listenAcmeCa(ca);
  const { directoryUrl, apiRoots } = listener;
  return {
    ca,
    directoryUrl,
    apiRoots,
    transport: createHttpsTransport({ roots: apiRoots }),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

function get(
  url: string,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Parameters<AcmeTransport>[0] {
  return { method: "GET", url, headers: { "user-agent": "test" }, maxBodyBytes: 100_000, signal };
}

describe("the HTTPS transport", () => {
  it("carries an order from beginning to end", async () => {
    await using on = await wire();
    const client = new AcmeClient({ directoryUrl: on.directoryUrl, transport: on.transport });
    const key = await AccountKey.generate();
    const account = await client.newAccount({ key, termsOfServiceAgreed: true });
    const { chain } = await obtain(account, { names: ["docs.example.com"] });
    expect(chain.names).toEqual(["docs.example.com"]);
    expect(on.ca.requests.length).toBeLessThanOrEqual(10);
  });

  it("gives status, headers in lower case and the body as they came", async () => {
    await using on = await wire();
    on.ca.inject({
      on: "directory",
      fault: { kind: "page", status: 302, headers: { Location: "/x" } },
    });
    const response = await on.transport(get(on.directoryUrl));
    expect(response.status).toBe(302);
    expect(response.headers["location"]).toBe("/x");
    expect(Buffer.from(response.body).toString()).toContain("Hotel");
  });

  it("trusts no roots but those it was given", async () => {
    await using on = await wire();
    await expect(createHttpsTransport()(get(on.directoryUrl))).rejects.toMatchObject({
      code: expect.stringMatching(/CERT|SIGNATURE/),
    });
  });

  it("fails when the reply is cut, and when the connection breaks", async () => {
    await using on = await wire();
    on.ca.inject({ on: "directory", fault: { kind: "cut", bytes: 10 } });
    await expect(on.transport(get(on.directoryUrl))).rejects.toMatchObject({ code: "ECONNRESET" });
    on.ca.inject({ on: "directory", fault: { kind: "lost" } });
    await expect(on.transport(get(on.directoryUrl))).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("refuses a reply that is too long before all of it has come", async () => {
    await using on = await wire();
    on.ca.inject({ on: "directory", fault: { kind: "body", text: "x".repeat(5_000_000) } });
    await expect(on.transport(get(on.directoryUrl))).rejects.toThrow("longer than 100000 bytes");
  });

  it.each([
    ["silence", { kind: "hang" }],
    ["a reply that drips", { kind: "drip", msPerByte: 20 }],
  ] as const)("ends %s with the signal's reason", async (_, fault) => {
    await using on = await wire();
    on.ca.inject({ on: "directory", fault });
    const controller = new AbortController();
    const reason = new Error("enough");
    const work = on.transport(get(on.directoryUrl, controller.signal));
    // Once the request has arrived, so that it is the reply that is waited for.
    const arrived = setInterval(() => {
      if (on.ca.requests.length > 0) controller.abort(reason);
    }, 5);
    await expect(work).rejects.toBe(reason);
    clearInterval(arrived);
    await expect(on.transport(get(on.directoryUrl, AbortSignal.abort(reason)))).rejects.toBe(
      reason,
    );
  });

  it("keeps a connection for the requests that follow", async () => {
    await using on = await wire();
    const client = new AcmeClient({ directoryUrl: on.directoryUrl, transport: on.transport });
    const key = await AccountKey.generate();
    await client.newAccount({ key, termsOfServiceAgreed: true });
    on.ca.inject({ on: "directory", fault: { kind: "lost" } });
    // The server closes an idle connection; the client's repetition opens another.
    const fresh = new AcmeClient({ directoryUrl: on.directoryUrl, transport: on.transport });
    expect((await fresh.directory()).website).toBe("https://ca.example/");
  });
});
