import { Counter, Histogram, type Registry } from "prom-client";
import type { AnsweredRequest } from "../http/request-observer.ts";

/** From what an answer from memory takes to what a person calls hanging. */
const DURATION_BUCKETS_S = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5,
];

/** Counts and durations of requests; every label is from a list that clients cannot add to. */
export function addRequestMetrics(registry: Registry): (answer: AnsweredRequest) => void {
  const registers = [registry];
  const requests = new Counter({
    name: "docport_requests_total",
    help: "Requests that were answered, by route and HTTP status.",
    labelNames: ["route", "status"] as const,
    registers,
  });
  const durations = new Histogram({
    name: "docport_request_duration_seconds",
    help: "Time from a request to its answer, by route; of a stream to its beginning.",
    labelNames: ["route"] as const,
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  const tools = new Histogram({
    name: "docport_tool_duration_seconds",
    help: "Time from a request that calls a tool to its answer, by tool.",
    labelNames: ["tool"] as const,
    buckets: DURATION_BUCKETS_S,
    registers,
  });
  return ({ route, tool, status, durationMs }) => {
    const seconds = durationMs / 1_000;
    requests.inc({ route, status });
    durations.observe({ route }, seconds);
    if (tool !== undefined) tools.observe({ tool }, seconds);
  };
}
