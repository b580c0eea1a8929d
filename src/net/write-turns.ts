/** Pieces of bodies that are written before sockets and timers are looked at again. */
const PIECES_A_TURN = 16;

/**
 * Lets long bodies of many connections be written side by side with everything else. A write that
 * the kernel takes at once settles in the same turn of the event loop, so without this a client, or
 * a thousand of them, would be sent all that their buffers hold before anybody else is heard.
 */
export class WriteTurns {
  readonly #waiting: (() => void)[] = [];
  #isSet = false;

  /** Resolves when the next piece may be written; first come, first served. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#set();
    });
  }

  #set(): void {
    if (this.#isSet) return;
    this.#isSet = true;
    setImmediate(() => {
      this.#isSet = false;
      for (const resolve of this.#waiting.splice(0, PIECES_A_TURN)) resolve();
      if (this.#waiting.length > 0) this.#set();
    });
  }
}
