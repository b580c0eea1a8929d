import type { MetricObject } from "prom-client";
import type { CatalogFacts } from "../catalog/catalog.ts";
import type { CertificateStatus } from "../certs/manager/certificate-status.ts";
import type { TrafficLoad } from "../http/limits/traffic-guard.ts";

/** How a source of documentation is. Times are in epoch milliseconds. */
export interface SourceState {
  /** As the configuration calls it. */
  readonly name: string;
  /** Whether it could be read when it was last asked. */
  readonly isUp: boolean;
  /** When it was last read in full. */
  readonly readAt: number | undefined;
  /** Since when it could not be read; absent when it could. */
  readonly failingSince?: number | undefined;
  /** How often it could not be read since the start. */
  readonly failures: number;
}

/** The metrics of a process, as `prom-client` gives them to be added up. */
export type WorkerMetricObjects = readonly MetricObject[];

/** What is asked of the server each time its metrics are read. */
export interface MetricFacts {
  readonly version: string;
  /** Undefined until the documentation has been read. */
  readonly index: () =>
    | { readonly facts: CatalogFacts; readonly revision: string; readonly sizeBytes: number }
    | undefined;
  readonly sources: () => readonly SourceState[];
  /** Pages that could not be read when the index was made. */
  readonly unreadablePages: () => number;
  /** Undefined when the server keeps none. */
  readonly certificate: () => CertificateStatus | undefined;
  readonly load: () => TrafficLoad;
  /** What processes that answer in place of this one have counted. Default: there are none. */
  readonly ofWorkers?: (() => Promise<readonly WorkerMetricObjects[]>) | undefined;
}
