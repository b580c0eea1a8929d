import { describe, expect, it } from "vitest";
import { startDnsUpdateServer } from "../support/dns-update-server.ts";
import { ask, askUntil } from "../support/http-over.ts";
import { pebbleStage } from "./serve-with-pebble.ts";
import { pebbleGeneration, startPebble } from "./start-pebble.ts";

const SECRET = Buffer.from("0123456789abcdef0123456789abcdef");
const NOBODY = "https://127.0.0.1:9/dir";

describe.skipIf(pebbleGeneration() === "none")("docport serve --domain", () => {
  it("proves control of a wildcard by signed updates of its zone", async () => {
    await using pebble = await startPebble();
    await using stage = await pebbleStage(pebble);
    await using dns = await startDnsUpdateServer({
      zone: "example.test",
      keyName: "docport-key",
      secret: SECRET,
      apply: ({ action, name, value }) =>
        pebble.dns(action === "add" ? "set-txt" : "clear-txt", { host: `${name}.`, value }),
    });
    const zone = ["--dns-server", `127.0.0.1:${dns.port}`, "--dns-zone", "example.test"];
    const key = { DOCPORT_DNS_KEY_NAME: "docport-key", DOCPORT_DNS_KEY: SECRET.toString("base64") };
    await using docport = await stage.serve({
      domain: ["*.example.test"],
      flags: zone,
      env: key,
    });
    await docport.said("certificate.issued");
    const below = await ask(`https://any.example.test:${pebble.tlsPort}/healthz`, {
      roots: stage.issuingRoot,
    });
    expect(below.status).toBe(200);
    // One that adds the record and one that takes it away.
    expect(dns.answers).toEqual([0, 0]);
    expect(docport.output()).not.toContain(key.DOCPORT_DNS_KEY);
  }, 70_000);

  it("says what is wrong when the name server does not know the key", async () => {
    await using pebble = await startPebble();
    await using stage = await pebbleStage(pebble);
    const apply = (): Promise<void> => Promise.reject(new Error("nobody may"));
    const own = { zone: "example.test", keyName: "docport-key", secret: SECRET, apply };
    await using dns = await startDnsUpdateServer(own);
    const zone = ["--dns-server", `127.0.0.1:${dns.port}`, "--dns-zone", "example.test"];
    const key = { DOCPORT_DNS_KEY_NAME: "docport-key", DOCPORT_DNS_KEY: "d3Jvbmcga2V5" };
    await using docport = await stage.serve({ domain: ["*.example.test"], flags: zone, env: key });
    await docport.said("certificate.failed");
    expect(docport.output()).toMatch(/did not take the update of example.test: NOTAUTH/);
    expect(dns.answers).toEqual([9]);
  });

  it("goes to the second CA when the first one is not there", async () => {
    await using pebble = await startPebble();
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({
      domain: ["docs.example.test"],
      flags: ["--acme-directory", NOBODY, "--fallback-directory", pebble.directoryUrl],
    });
    await askUntil(
      () => docport.get("/healthz"),
      ({ status }) => status === 200,
      50_000,
    );
    expect(docport.output()).toContain("certificate.fail-over");
  }, 60_000);
});
