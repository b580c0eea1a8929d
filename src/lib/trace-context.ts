/** Place of a request in a distributed trace (W3C Trace Context, `traceparent`). */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** Of the caller's span: 16 lower-case hexadecimal digits. */
  readonly spanId: string;
  /** Two hexadecimal digits; `01`: the caller records this trace. */
  readonly flags: string;
}

/** Later versions may add fields behind a dash; of `ff` there is none (section 3.2.2). */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MAX_CHARS = 256;

/** Undefined for everything that is no `traceparent` (https://www.w3.org/TR/trace-context/#traceparent-header). */
export function parseTraceparent(value: unknown): TraceContext | undefined {
  if (typeof value !== "string" || value.length > MAX_CHARS) return undefined;
  const [, traceId = "", spanId = "", flags = "", more] = TRACEPARENT.exec(value) ?? [];
  if (value.startsWith("00") && more !== undefined) return undefined;
  return /[^0]/.test(traceId) && /[^0]/.test(spanId) ? { traceId, spanId, flags } : undefined;
}
