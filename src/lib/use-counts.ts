/**
 * How many of something each client has open. Only clients that have something open are kept, so
 * its memory is bounded by what is open.
 */
export class UseCounts {
  readonly #max: number;
  readonly #counts = new Map<string, number>();

  /** `max`: most that one client may have open at once. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Clients that have something open. */
  get size(): number {
    return this.#counts.size;
  }

  /** Opens one more, and gives what closes it (once, however often called); undefined: too many. */
  open(client: string): (() => void) | undefined {
    const count = this.#counts.get(client) ?? 0;
    if (count >= this.#max) return undefined;
    this.#counts.set(client, count + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      const left = (this.#counts.get(client) ?? 1) - 1;
      if (left === 0) this.#counts.delete(client);
      else this.#counts.set(client, left);
    };
  }
}
