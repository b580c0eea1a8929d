/** Few enough that one order does not look like an attack, many enough that 100 names are quick. */
const LIMIT = 4;

/** Like `Promise.all(items.map(run))`, with at most four at a time. Order is kept. */
export async function mapLimited<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const rest = items.entries();
  const worker = async (): Promise<void> => {
    for (const [i, item] of rest) results[i] = await run(item);
  };
  await Promise.all(Array.from({ length: LIMIT }, worker));
  return results;
}
