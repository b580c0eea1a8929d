import { describe, expect, it } from "vitest";
import { createAuthorities } from "../../src/certs/create-authorities.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { startAutomaticHttps } from "../../src/net/automatic-https.ts";
import { ask } from "../support/http-over.ts";
import { hasWrk, Load } from "./load.ts";
import { withoutRenewalInfo } from "./pebble-without-renewal-info.ts";
import { pebbleStage } from "./serve-with-pebble.ts";
import { pebbleGeneration, startPebble } from "./start-pebble.ts";

const canRun = pebbleGeneration() === "recent" && hasWrk();

/** Connections that are kept, and connections for one request each. */
function loads(url: string): readonly [Load, Load] {
  return [new Load(url, ["-c4"]), new Load(url, ["-c2", "-H", "connection: close"])];
}

describe.skipIf(!canRun)("a certificate that is renewed under load", () => {
  it("is swapped 20 times without a failed request", async () => {
    await using pebble = await startPebble();
    const name = "127.0.0.1";
    await using https = await startAutomaticHttps({
      names: [name],
      host: name,
      port: pebble.tlsPort,
      acmePort: pebble.httpPort,
      handler: () => new Response("served\n"),
      storage: new MemoryStorage(),
      authorities: createAuthorities({
        directoryUrl: pebble.directoryUrl,
        roots: pebble.apiRoots,
        agreeTos: true,
        clock: systemClock,
        userAgent: "docport-test",
      }),
    });
    const url = `https://${name}:${pebble.tlsPort}/`;
    const running = loads(url);
    const roots = await pebble.management("/roots/0");
    const shown = new Set<string | undefined>();
    for (let swap = 0; swap <= 20; swap++) {
      const { certificate } = await https.manager.renewNow({ force: swap > 0 });
      const { fingerprint256 } = await ask(url, { roots });
      expect(fingerprint256).toBe(certificate?.fingerprint256);
      shown.add(fingerprint256);
    }
    const reports = await Promise.all(running.map((load) => load.stop()));
    expect(shown.size).toBe(21);
    expect(reports.map(({ failures }) => failures)).toEqual(["", ""]);
    for (const { requests } of reports) expect(requests).toBeGreaterThan(100);
  }, 120_000);

  it("never ends, although it lives for 24 seconds", async () => {
    const profiles = { short: { description: "seconds", validityPeriod: 24 } };
    await using pebble = await withoutRenewalInfo(await startPebble({ config: { profiles } }));
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({ domain: ["127.0.0.1", "docs.example.test"] });
    await docport.ready();
    const running = loads(`https://127.0.0.1:${pebble.tlsPort}/healthz`);
    const shown = new Set<string | undefined>();
    const end = Date.now() + 90_000;
    while (shown.size < 4 && Date.now() < end) {
      // Rejects for an expired one.
      shown.add((await docport.get("/healthz")).fingerprint256);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const reports = await Promise.all(running.map((load) => load.stop()));
    expect(shown.size).toBe(4);
    expect(reports.map(({ failures }) => failures)).toEqual(["", ""]);
    expect(docport.output()).not.toMatch(/certificate\.(failed|rolled-back|unexpected)/);
  }, 120_000);
});
