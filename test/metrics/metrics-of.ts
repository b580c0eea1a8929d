import type { CertificateStatus } from "../../src/certs/manager/certificate-status.ts";
import { createMetrics, type Metrics } from "../../src/metrics/create-metrics.ts";
import type { MetricFacts } from "../../src/metrics/metric-facts.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

export const DAY_MS = 86_400_000;
export const BUILT_AT: number = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A certificate with something to say about everything. */
export const FAILING: CertificateStatus = {
  names: ["docs.example.com"],
  state: "expiring",
  isReady: true,
  certificate: {
    names: ["docs.example.com"],
    issuer: "Test CA",
    serialNumber: "0A",
    fingerprint256: "AA",
    notBefore: BUILT_AT,
    notAfter: BUILT_AT + 90 * DAY_MS,
    source: "acme",
  },
  next: { action: "wait", at: BUILT_AT + 3_600_000 },
  failure: {
    at: BUILT_AT + 1_000,
    count: 3,
    sentence: "The CA could not reach port 80.",
    fix: "Open it.",
    type: "urn:ietf:params:acme:error:connection",
    retryAt: BUILT_AT + 3_600_000,
  },
  isFollower: false,
  ordersLeft: 4,
};

export function metricsOf(facts: Partial<MetricFacts> = {}): Metrics {
  const catalog = createFakeCatalog(undefined, { builtAt: BUILT_AT });
  return createMetrics({
    version: "1.2.3",
    index: () => ({ ...catalog, sizeBytes: 4_096 }),
    sources: () => [{ name: "docs", isUp: true, readAt: BUILT_AT, failures: 2 }],
    unreadablePages: () => 1,
    certificate: () => FAILING,
    load: () => ({ inFlight: 5, openStreams: 6 }),
    ...facts,
  });
}

/** Samples of the text format by name and labels, as they are written. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))] as const;
    }),
  );
}
