import type { RequestNotes } from "./http/request-notes.ts";
import type { AnsweredRequest, RequestObserver } from "./http/request-observer.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log, LogFields } from "./lib/log.ts";

/**
 * A line `request.answered` for each request. It has no path, since a path may name a page that is
 * private or hold a query, and nothing of a body.
 */
export function createRequestLog(log: Log): RequestObserver {
  return {
    onAnswered({ route, method, tool, status, durationMs }: AnsweredRequest, notes: RequestNotes) {
      log("debug", "request.answered", {
        method,
        route,
        tool,
        status,
        durationMs: Math.round(durationMs * 1_000) / 1_000,
        ...requestFields(notes),
      });
    },
  };
}

/** A line `request.failed` for what went wrong inside. */
export function logRequestFailure(log: Log, error: unknown, notes?: RequestNotes): void {
  log("error", "request.failed", {
    message: messageOf(error),
    ...(notes && { route: notes.route, tool: notes.tool, ...requestFields(notes) }),
  });
}

/**
 * Names of the trace as OpenTelemetry has them for logs in JSON
 * (https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/).
 */
function requestFields({ requestId, trace }: RequestNotes): LogFields {
  if (!trace) return { requestId };
  const { traceId, spanId, flags } = trace;
  return { requestId, trace_id: traceId, span_id: spanId, trace_flags: flags };
}

/** One observer for several; undefined for none, so that nothing is measured for nobody. */
export function joinObservers(
  observers: readonly (RequestObserver | undefined)[],
): RequestObserver | undefined {
  const given = observers.filter((one) => one !== undefined);
  if (given.length < 2) return given[0];
  return {
    onAnswered: (answer, notes) => {
      for (const observer of given) observer.onAnswered(answer, notes);
    },
  };
}
