/**
 * Runs `work` on at most `concurrency` inputs at a time and yields the results in the order of the
 * inputs. A rejection is thrown where its result would have come; no work starts after that, nor
 * after the caller stops iterating.
 */
export async function* mapOrdered<In, Out>(
  inputs: Iterable<In>,
  concurrency: number,
  work: (input: In) => Promise<Out>,
): AsyncGenerator<Out, void, void> {
  const running: Promise<Out>[] = [];
  const iterator = inputs[Symbol.iterator]();
  const startNext = (): void => {
    const next = iterator.next();
    if (next.done === true) return;
    const result = work(next.value);
    // It is awaited later, in turn; until then its rejection must not count as unhandled.
    result.catch(() => {});
    running.push(result);
  };
  for (let started = 0; started < concurrency; started++) startNext();
  for (let result = running.shift(); result !== undefined; result = running.shift()) {
    const value = await result;
    startNext();
    yield value;
  }
}
