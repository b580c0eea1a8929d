import { describe, expect, it } from "vitest";
import { checkCertificate } from "../../src/lib/certificate-chain.ts";
import { obtain, setUpCa } from "../support/acme-ca/obtain.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { runOnClock } from "../support/run-on-clock.ts";

describe("a first certificate", () => {
  it("takes at most ten requests, account included", async () => {
    const clock = new FakeClock();
    const { ca, register } = await setUpCa(clock, { behaviour: { processingMs: 30 } });
    const { chain, keyPem } = await runOnClock(
      clock,
      register().then((account) => obtain(account, { names: ["docs.example.com"] })),
    );
    expect(
      checkCertificate({ chain, keyPem, names: ["docs.example.com"], now: clock.now() }),
    ).toEqual([]);
    expect(ca.requests).toEqual([
      "GET directory",
      "HEAD newNonce",
      "POST newAccount",
      "POST newOrder",
      "POST authorization",
      "POST challenge",
      "POST authorization",
      "POST finalize",
      "POST order",
      "POST certificate",
    ]);
  });
});
