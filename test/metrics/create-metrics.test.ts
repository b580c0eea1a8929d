import { describe, expect, it } from "vitest";
import type { RequestNotes } from "../../src/http/request-notes.ts";
import type { AnsweredRequest } from "../../src/http/request-observer.ts";
import type { MetricFacts } from "../../src/metrics/metric-facts.ts";
import { BUILT_AT, DAY_MS, FAILING, metricsOf, samplesOf } from "./metrics-of.ts";

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- metrics read nothing of it
const NOTES = {} as RequestNotes;

async function read(
  facts: Partial<MetricFacts> = {},
  answers: readonly AnsweredRequest[] = [],
): Promise<ReadonlyMap<string, number>> {
  using metrics = metricsOf(facts);
  for (const answer of answers) metrics.onAnswered(answer, NOTES);
  return samplesOf(await metrics.text());
}

const answer = (given: Partial<AnsweredRequest>): AnsweredRequest => ({
  route: "/mcp",
  method: "POST",
  tool: undefined,
  status: 200,
  durationMs: 3,
  ...given,
});

describe("metrics", () => {
  it("count requests by route and status, and time them", async () => {
    const samples = await read({}, [
      answer({ tool: "search", durationMs: 2 }),
      answer({ tool: "search", durationMs: 40 }),
      answer({ tool: "fetch" }),
      answer({ route: "refused", status: 429 }),
    ]);
    expect(samples.get('docport_requests_total{route="/mcp",status="200"}')).toBe(3);
    expect(samples.get('docport_requests_total{route="refused",status="429"}')).toBe(1);
    expect(samples.get('docport_tool_duration_seconds_count{tool="search"}')).toBe(2);
    expect(samples.get('docport_tool_duration_seconds_sum{tool="search"}')).toBeCloseTo(0.042);
    expect(samples.get('docport_tool_duration_seconds_bucket{le="0.0025",tool="search"}')).toBe(1);
    expect(samples.get('docport_request_duration_seconds_count{route="/mcp"}')).toBe(3);
  });

  it("tell of the index, its sources and what is going on", async () => {
    const samples = await read();
    expect(samples.get("docport_index_built_timestamp_seconds")).toBe(BUILT_AT / 1_000);
    expect(samples.get("docport_index_size_bytes")).toBe(4_096);
    expect(samples.get("docport_index_pages")).toBe(12);
    expect(samples.get("docport_index_sections")).toBeGreaterThan(12);
    expect(samples.get("docport_index_unreadable_pages")).toBe(1);
    expect(samples.get("docport_requests_in_flight")).toBe(5);
    expect(samples.get("docport_streams_open")).toBe(6);
    expect(samples.get('docport_source_up{source="docs"}')).toBe(1);
    expect(samples.get('docport_source_failures_total{source="docs"}')).toBe(2);
    expect(samples.get('docport_source_read_timestamp_seconds{source="docs"}')).toBe(
      BUILT_AT / 1_000,
    );
    expect(samples.get('docport_info{version="1.2.3",revision="fake-1"}')).toBe(1);
  });

  it("do not add a source's failures up from one reading to the next", async () => {
    using metrics = metricsOf();
    await metrics.text();
    const samples = samplesOf(await metrics.text());
    expect(samples.get('docport_source_failures_total{source="docs"}')).toBe(2);
  });

  it("tell of the certificate, its renewal and its last error", async () => {
    const samples = await read();
    const notAfter = "docport_certificate_not_after_timestamp_seconds";
    const next = "docport_certificate_next_renewal_timestamp_seconds";
    const failed =
      'docport_certificate_last_failure_timestamp_seconds{error="urn:ietf:params:acme:error:connection"}';
    expect(samples.get(notAfter)).toBe((BUILT_AT + 90 * DAY_MS) / 1_000);
    expect(samples.get(next)).toBe((BUILT_AT + 3_600_000) / 1_000);
    expect(samples.get(failed)).toBe((BUILT_AT + 1_000) / 1_000);
    expect(samples.get("docport_certificate_failures")).toBe(3);
    expect(samples.get("docport_certificate_orders_left")).toBe(4);
    expect(samples.get("docport_certificate_ready")).toBe(1);
    expect(samples.get('docport_certificate_state{state="expiring"}')).toBe(1);
    expect(samples.get('docport_certificate_state{state="ok"}')).toBe(0);
  });

  it("have nothing of what is not there", async () => {
    const { certificate: _, failure: __, ordersLeft: ___, ...missing } = FAILING;
    const none = await read({ certificate: () => undefined, index: () => undefined });
    const samples = await read({ certificate: () => ({ ...missing, state: "missing" }) });
    const named = (map: ReadonlyMap<string, number>, start: string): string[] =>
      [...map.keys()].filter((name) => name.startsWith(start));
    expect(named(none, "docport_certificate")).toEqual([]);
    expect(named(none, "docport_index")).toEqual(["docport_index_unreadable_pages"]);
    expect(named(samples, "docport_certificate_not_after")).toEqual([]);
    expect(named(samples, "docport_certificate_last_failure")).toEqual([]);
    expect(samples.get('docport_certificate_state{state="missing"}')).toBe(1);
  });

  it("forget the error when an attempt has succeeded", async () => {
    let status = FAILING;
    using metrics = metricsOf({ certificate: () => status });
    expect(await metrics.text()).toContain("acme:error:connection");
    const { failure: _, ...fine } = FAILING;
    status = { ...fine, state: "ok" };
    expect(await metrics.text()).not.toContain("acme:error:connection");
  });

  it("have the event loop and the process", async () => {
    const samples = await read();
    expect([...samples.keys()]).toEqual(
      expect.arrayContaining([
        "nodejs_eventloop_lag_p99_seconds",
        "process_resident_memory_bytes",
        "process_cpu_seconds_total",
        "process_start_time_seconds",
      ]),
    );
  });
});
