import { Counter, Gauge, type Registry } from "prom-client";
import type { MetricFacts } from "./metric-facts.ts";

/** The index, its sources, and what is going on. Asked for when the metrics are read. */
export function addIndexMetrics(registry: Registry, facts: MetricFacts): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    const made = new Gauge({
      name,
      help,
      registers,
      collect: () => {
        const value = read();
        if (value === undefined) made.remove();
        else made.set(value);
      },
    });
  };
  const built = (): number | undefined => seconds(facts.index()?.facts.builtAt);
  gauge("docport_index_built_timestamp_seconds", "When the index was built.", built);
  gauge("docport_index_size_bytes", "Size of the index.", () => facts.index()?.sizeBytes);
  gauge("docport_index_pages", "Pages in the index.", () => facts.index()?.facts.pageCount);
  gauge(
    "docport_index_sections",
    "Sections in the index.",
    () => facts.index()?.facts.sectionCount,
  );
  gauge(
    "docport_index_unreadable_pages",
    "Pages that could not be read when the index was built.",
    facts.unreadablePages,
  );
  gauge(
    "docport_requests_in_flight",
    "Requests that are worked on now.",
    () => facts.load().inFlight,
  );
  gauge(
    "docport_streams_open",
    "Answers that are streams and have not ended.",
    () => facts.load().openStreams,
  );
  addSourceMetrics(registry, facts);
  const info = new Gauge({
    name: "docport_info",
    help: "1; the labels tell the version of Docport and the revision of the index.",
    labelNames: ["version", "revision"] as const,
    registers,
    collect: () => {
      info.reset();
      info.set({ version: facts.version, revision: facts.index()?.revision ?? "" }, 1);
    },
  });
}

function addSourceMetrics(registry: Registry, { sources }: MetricFacts): void {
  const shape = { labelNames: ["source"] as const, registers: [registry] };
  const isUp = new Gauge({
    ...shape,
    name: "docport_source_up",
    help: "1 when the source could be read when it was last asked, 0 when not.",
    collect: () => {
      isUp.reset();
      for (const source of sources()) isUp.set({ source: source.name }, source.isUp ? 1 : 0);
    },
  });
  const readAt = new Gauge({
    ...shape,
    name: "docport_source_read_timestamp_seconds",
    help: "When the source was last read in full.",
    collect: () => {
      readAt.reset();
      for (const source of sources()) {
        const at = seconds(source.readAt);
        if (at !== undefined) readAt.set({ source: source.name }, at);
      }
    },
  });
  const failures = new Counter({
    ...shape,
    name: "docport_source_failures_total",
    help: "How often the source could not be read since the start.",
    collect: () => {
      failures.reset();
      for (const source of sources()) failures.inc({ source: source.name }, source.failures);
    },
  });
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
