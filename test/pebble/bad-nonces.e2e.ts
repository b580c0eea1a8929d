import { describe, expect, it } from "vitest";
import { createAuthorities } from "../../src/certs/create-authorities.ts";
import type { CertificateEvent } from "../../src/certs/manager/certificate-events.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { startAutomaticHttps } from "../../src/net/automatic-https.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const RUNS = 20;

/** What the first attempt of a new server comes to. */
async function firstOutcome(pebble: Pebble): Promise<CertificateEvent["type"]> {
  let tell = (_type: CertificateEvent["type"]): void => {};
  const outcome = new Promise<CertificateEvent["type"]>((resolve) => {
    tell = resolve;
  });
  await using https = await startAutomaticHttps({
    names: ["docs.example.test"],
    host: "127.0.0.1",
    port: pebble.tlsPort,
    acmePort: pebble.httpPort,
    handler: () => new Response(),
    storage: new MemoryStorage(),
    authorities: createAuthorities({
      directoryUrl: pebble.directoryUrl,
      roots: pebble.apiRoots,
      agreeTos: true,
      clock: systemClock,
      userAgent: "docport-test",
    }),
    onEvent: ({ type }) => {
      if (type === "issued" || type === "failed") tell(type);
    },
  });
  expect(https.port).toBe(pebble.tlsPort);
  return await outcome;
}

describe.skipIf(pebbleGeneration() === "none")("automatic HTTPS, while nonces are refused", () => {
  it.each([50, 90])(
    `gets ${RUNS} of ${RUNS} certificates at %i %%`,
    async (percent) => {
      await using pebble = await startPebble({ env: { PEBBLE_WFE_NONCEREJECT: `${percent}` } });
      const outcomes: string[] = [];
      for (let run = 0; run < RUNS; run++) outcomes.push(await firstOutcome(pebble));
      expect(outcomes).toEqual(Array.from({ length: RUNS }, () => "issued"));
    },
    120_000,
  );
});
