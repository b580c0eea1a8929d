import type { AcmeTransport } from "../../src/acme/transport.ts";
import type { Storage } from "../../src/certs/storage.ts";

/** When, around an operation, the process is killed. */
export type KillMoment = "before" | "after";

/**
 * Counts what a process does to the world (writes, requests), and kills it at the n-th: that one is
 * done or not, as told, and nothing the process does afterwards has any effect.
 */
export class Mortal {
  readonly #killAt: number;
  readonly #moment: KillMoment;
  #count = 0;
  #die: () => void = () => {};
  /** Resolves when it was killed. */
  readonly death: Promise<void> = new Promise((resolve) => {
    this.#die = resolve;
  });
  /** What it was killed at, for a message. */
  killedAt: string | undefined;

  constructor(killAt: number = Number.POSITIVE_INFINITY, moment: KillMoment = "before") {
    this.#killAt = killAt;
    this.#moment = moment;
  }

  get count(): number {
    return this.#count;
  }

  /** Kills it now, whatever it does. */
  kill(): void {
    this.killedAt ??= "in the end";
    this.#die();
  }

  storage(inner: Storage): Storage {
    return {
      load: (key, options) => this.#read(() => inner.load(key, options)),
      list: (prefix) => this.#read(() => inner.list(prefix)),
      store: (key, value, options) =>
        this.#act(`store ${key}`, () => inner.store(key, value, options)),
      delete: (key) => this.#act(`delete ${key}`, () => inner.delete(key)),
      link: (key, target) => this.#act(`link ${key}`, () => inner.link(key, target)),
      tryLock: (name) => this.#read(() => inner.tryLock(name)),
    };
  }

  transport(inner: AcmeTransport): AcmeTransport {
    return (request) => this.#act(`${request.method} ${request.url}`, () => inner(request));
  }

  async #act<T>(what: string, run: () => Promise<T>): Promise<T> {
    if (this.killedAt !== undefined) return await gone();
    this.#count += 1;
    if (this.#count !== this.#killAt) return await run();
    this.killedAt = `${this.#moment} ${what}`;
    if (this.#moment === "after") await run();
    this.#die();
    return await gone();
  }

  async #read<T>(run: () => Promise<T>): Promise<T> {
    return this.killedAt === undefined ? await run() : await gone();
  }
}

/** A killed process does not get errors: it is not there any more. */
function gone(): Promise<never> {
  return new Promise<never>(() => {});
}
