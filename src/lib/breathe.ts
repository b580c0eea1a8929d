/** How long work may go on before others have their turn: less than a person or a client notices. */
const SLICE_MS = 8;

/**
 * For long work in small steps, called between them: gives the event loop a turn when the last one
 * was longer ago than a slice.
 */
export function createBreather(sliceMs: number = SLICE_MS): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < sliceMs) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    since = performance.now();
  };
}
