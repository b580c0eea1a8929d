import { AggregatorRegistry, collectDefaultMetrics, Registry } from "prom-client";
import type { RequestObserver } from "../http/request-observer.ts";
import { addCertificateMetrics } from "./certificate-metrics.ts";
import { addIndexMetrics } from "./index-metrics.ts";
import type { MetricFacts, WorkerMetricObjects } from "./metric-facts.ts";
import { addRequestMetrics } from "./request-metrics.ts";

/** The server in figures, for Prometheus. */
export interface Metrics extends RequestObserver, Disposable {
  /** All of them in the text format 0.0.4, whose media type is `contentType`. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Names as they are declared, of histograms without `_bucket`, `_sum` and `_count`. */
  readonly names: readonly { readonly name: string; readonly type: string }[];
}

/** Loads `prom-client`, so it is imported only when metrics are wanted. */
export function createMetrics(facts: MetricFacts): Metrics {
  const registry = new Registry();
  // Event loop, heap, garbage collection, CPU, file descriptors.
  collectDefaultMetrics({ register: registry });
  const count = addRequestMetrics(registry);
  addIndexMetrics(registry, facts);
  addCertificateMetrics(registry, facts.certificate);
  return {
    onAnswered: count,
    async text() {
      if (!facts.ofWorkers) return registry.metrics();
      const ofWorkers = await facts.ofWorkers();
      const all = [await registry.getMetricsAsJSON(), ...ofWorkers.map((one) => [...one])];
      return AggregatorRegistry.aggregate(all).metrics();
    },
    contentType: registry.contentType,
    names: registry.getMetricsAsArray().map(({ name, type }) => ({ name, type: `${type}` })),
    [Symbol.dispose]: () => registry.clear(),
  };
}

/** What is counted where requests are answered, when that is another process than is asked. */
export interface WorkerMetrics extends RequestObserver {
  /** For `MetricFacts.ofWorkers` of the process that is asked. */
  read(): Promise<WorkerMetricObjects>;
}

export function createWorkerMetrics(): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return { onAnswered: addRequestMetrics(registry), read: () => registry.getMetricsAsJSON() };
}
