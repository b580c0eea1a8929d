/** On a machine without a moment to spare a document may take so many times longer than its bound. */
const MAX_STARVED_FACTOR = 10;
/** Shortest wait before it is looked again. */
const MIN_LOOK_MS = 100;

export interface SpentTime {
  /** What a conversion may take, in time of the processor. */
  readonly timeoutMs: number;
  /** Since it began. */
  readonly wallMs: number;
  /** What the whole process has used of the processor since; the thread cannot have used more. */
  readonly cpuMs: number;
}

/**
 * How long a conversion may go on before it is looked at again; 0 when it is to be given up. A thread
 * that did not get the processor has not had its time, and one that waits for ever has.
 */
export function remainingWaitMs({ timeoutMs, wallMs, cpuMs }: SpentTime): number {
  if (wallMs >= timeoutMs * MAX_STARVED_FACTOR) return 0;
  const leftMs = timeoutMs - Math.min(wallMs, cpuMs);
  return leftMs <= 0 ? 0 : Math.max(MIN_LOOK_MS, leftMs);
}
