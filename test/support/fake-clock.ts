import { SimulatedClock } from "../../src/certs/drill/simulated-clock.ts";

/** A clock that moves only when it is told to, from the day on which the tests take place. */
export class FakeClock extends SimulatedClock {
  constructor(now: number = Date.UTC(2026, 10, 22)) {
    super(now);
  }
}
