import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { Ledger } from "../../src/certs/ledger/ledger.ts";
import { identifierSetKey } from "../../src/certs/ledger/ledger-entry.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { ask, askUntil } from "../support/http-over.ts";
import { pebbleStage, writeDnsHook } from "./serve-with-pebble.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const generation = pebbleGeneration();
const NAME = "docs.example.test";

/** What the ledger of a folder has about how control of a name was proved. */
async function provedBy(certs: string): Promise<string[]> {
  const text = await readFile(join(certs, ".docport/ledger.jsonl"), "utf8");
  const entries = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { kind: string; challenge?: string; identifier?: string });
  return entries
    .filter(({ kind }) => kind === "validation-requested")
    .map(({ challenge, identifier }) => `${identifier} ${challenge}`);
}

describe.skipIf(generation === "none")("docport serve --domain, against Pebble", () => {
  let pebble: Pebble;
  beforeAll(async () => {
    pebble = await startPebble({
      config: {
        profiles: {
          default: { description: "90 days", validityPeriod: 7_776_000 },
          shortlived: { description: "6 days", validityPeriod: 518_400 },
        },
      },
    });
  });
  afterAll(() => pebble[Symbol.asyncDispose]());

  it.each([
    ["one process", []],
    ["workers", ["--workers", "3"]],
  ])(
    "serves HTTPS by %s with a certificate that it got by TLS-ALPN-01, and redirects HTTP",
    async (_, flags) => {
      await using stage = await pebbleStage(pebble);
      await using docport = await stage.serve({ domain: [NAME, "other.example.test"], flags });
      const answer = await docport.ready();
      expect(answer.headers["strict-transport-security"]).toBe("max-age=31536000");
      expect(docport.mcpUrl).toBe(`https://${NAME}:${pebble.tlsPort}/mcp`);
      expect((await provedBy(stage.certs)).toSorted()).toEqual([
        `${NAME} tls-alpn-01`,
        "other.example.test tls-alpn-01",
      ]);
      const plain = await ask(`http://other.example.test:${pebble.httpPort}/a?b=c`);
      expect([plain.status, plain.headers.location]).toEqual([
        308,
        `https://other.example.test:${pebble.tlsPort}/a?b=c`,
      ]);
      const foreign = await ask(`http://evil.example.com:${pebble.httpPort}/`);
      expect(foreign.headers.location).toBeUndefined();
      expect(await docport.stop()).toBe(0);
    },
  );

  it("asks nothing of the CA when it starts again", async () => {
    await using stage = await pebbleStage(pebble);
    const first = await stage.serve({ domain: [NAME] });
    const { fingerprint256 } = await first.ready();
    await first.stop();
    // A CA that cannot even be reached.
    await using second = await stage.serve({
      domain: [NAME],
      flags: ["--acme-directory", "https://127.0.0.1:9/dir"],
    });
    expect((await second.ready()).fingerprint256).toBe(fingerprint256);
    expect(second.output()).not.toContain("certificate.attempt");
  });

  it.each([
    ["one process", []],
    ["whichever worker is asked", ["--workers", "3"]],
  ])("proves control by HTTP-01 where that is what worked before, by %s", async (_, flags) => {
    await using stage = await pebbleStage(pebble);
    const ledger = new Ledger(new FileStorage(stage.certs), systemClock);
    await ledger.append(identifierSetKey([NAME]), {
      kind: "validated",
      ca: pebble.directoryUrl,
      identifier: NAME,
      challenge: "http-01",
      url: "",
    });
    await using docport = await stage.serve({ domain: [NAME], flags });
    await docport.ready();
    expect(await provedBy(stage.certs)).toEqual([`${NAME} http-01`]);
  });

  it("proves control of a wildcard by a DNS hook", async () => {
    await using stage = await pebbleStage(pebble);
    const hook = await writeDnsHook(stage.folder, pebble);
    await using docport = await stage.serve({
      domain: ["*.example.test", "example.test"],
      flags: ["--dns-hook", hook],
    });
    await docport.ready(60_000);
    expect(docport.url).toBe(`https://example.test:${pebble.tlsPort}`);
    expect(await provedBy(stage.certs)).toContain("*.example.test dns-01");
    const below = await ask(`https://any.example.test:${pebble.tlsPort}/healthz`, {
      roots: stage.issuingRoot,
    });
    expect(below.status).toBe(200);
  }, 70_000);

  it("serves an IP address, with the profile for short lives", async () => {
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({ domain: ["127.0.0.1"] });
    const { body } = await docport.ready();
    const { certificate } = JSON.parse(body) as {
      certificate: { notBefore: string; notAfter: string; names: string[] };
    };
    const lifeInDays =
      (Date.parse(certificate.notAfter) - Date.parse(certificate.notBefore)) / 86_400_000;
    expect(certificate.names).toEqual(["127.0.0.1"]);
    // Only a recent Pebble has profiles.
    expect(Math.round(lifeInDays) === 6).toBe(generation === "recent");
  });

  it("has the profile and the kind of key that were asked for", async () => {
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({
      domain: [NAME],
      flags: ["--profile", "default", "--key-type", "p384", "--email", "admin@example.test"],
    });
    // It is shown and proved by a handshake before the visible files are switched to it.
    await docport.said("certificate.issued");
    const pem = await readFile(join(stage.certs, `${NAME}.key.pem`), "utf8");
    expect(createPrivateKey(pem).asymmetricKeyDetails?.namedCurve).toBe("secp384r1");
  });
});

describe.skipIf(generation === "none")(
  "docport serve --domain, against a Pebble of customers",
  () => {
    const hmacKey = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    const config = {
      externalAccountBindingRequired: true,
      externalAccountMACKeys: { "kid-1": hmacKey },
    };

    it("binds its account, with the key from the environment", async () => {
      await using pebble = await startPebble({ config });
      await using stage = await pebbleStage(pebble);
      await using docport = await stage.serve({
        domain: [NAME],
        env: { DOCPORT_EAB_KID: "kid-1", DOCPORT_EAB_HMAC: hmacKey },
      });
      await docport.ready();
      expect(docport.output()).not.toContain(hmacKey);
    });

    it("is up and says what is missing when it has none", async () => {
      await using pebble = await startPebble({ config });
      await using stage = await pebbleStage(pebble);
      await using docport = await stage.serve({ domain: [NAME] });
      const { body } = await askForProblem(pebble.httpPort);
      expect(JSON.parse(body)).toMatchObject({
        status: "ok",
        ready: false,
        certificate: { state: "missing", fix: expect.stringContaining("eab-kid") as string },
      });
      expect(docport.output()).toContain("certificate.failed");
    });
  },
);

async function askForProblem(httpPort: number): Promise<{ readonly body: string }> {
  return askUntil(
    () => ask(`http://${NAME}:${httpPort}/healthz`),
    ({ body }) => body.includes('"problem"'),
  );
}
