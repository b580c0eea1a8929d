import { PrimaryLink } from "../../src/workers/primary-link.ts";
import type { WorkerProcess } from "../../src/workers/worker-pool.ts";

/** A worker in this very process: its link, and a way to kill it. */
export class FakeWorker {
  static nextPid = 1;
  readonly link: PrimaryLink;
  readonly process: WorkerProcess;
  readonly #exits: ((how: string) => void)[] = [];
  #toPrimary: (message: unknown) => void = () => {};
  #isAlive = true;

  constructor() {
    // As over a pipe: later, in order, and a copy.
    this.link = new PrimaryLink((message) => this.#later(() => this.#toPrimary(message), message));
    this.process = {
      pid: FakeWorker.nextPid++,
      send: (message) => this.#later((copy) => this.link.receive(copy), message),
      onMessage: (listener) => {
        this.#toPrimary = listener;
      },
      onExit: (listener) => void this.#exits.push(listener),
      kill: () => this.exit("SIGKILL"),
    };
  }

  exit(how: string): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    for (const tell of this.#exits) tell(how);
  }

  #later(deliver: (message: unknown) => void, message: object): void {
    const copy: unknown = structuredClone(message);
    setImmediate(() => {
      if (this.#isAlive) deliver(copy);
    });
  }
}
