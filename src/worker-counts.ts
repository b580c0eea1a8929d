import type { WorkerMetricObjects } from "./metrics/metric-facts.ts";
import { fromOurBuild } from "./workers/channel.ts";
import type { WorkerPool } from "./workers/worker-pool.ts";

interface WorkerCount {
  readonly counted: WorkerMetricObjects;
  readonly load: { readonly inFlight: number; readonly openStreams: number };
}

/** What the workers have counted, and what they are at. */
export class WorkerCounts {
  readonly #pool: WorkerPool;
  #load = { inFlight: 0, openStreams: 0 };

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  get load(): { readonly inFlight: number; readonly openStreams: number } {
    return this.#load;
  }

  async read(): Promise<WorkerMetricObjects[]> {
    const answers = fromOurBuild<WorkerCount[]>(await this.#pool.ask("metrics"));
    const sum = (key: "inFlight" | "openStreams"): number =>
      answers.reduce((all, { load }) => all + load[key], 0);
    this.#load = { inFlight: sum("inFlight"), openStreams: sum("openStreams") };
    return answers.map(({ counted }) => counted);
  }
}
