import type { FakeClock } from "./fake-clock.ts";

/**
 * Lets `work` come to its end on a fake clock: whenever all that is left to do is to wait, time
 * moves to the next sleeper. For work without sockets and files, which take real time.
 */
export async function runOnClock<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  let isSettled = false;
  const mark = (): void => {
    isSettled = true;
  };
  work.then(mark, mark);
  for (;;) {
    for (let i = 0; i < 5; i++) await new Promise<void>((resolve) => setImmediate(resolve));
    if (isSettled) return work;
    const next = clock.nextWakeAt;
    if (next !== undefined) await clock.advance(next - clock.now());
  }
}
