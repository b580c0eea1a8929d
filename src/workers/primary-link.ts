import { Channel, type ChannelHandler, fromOurBuild } from "./channel.ts";

type Follower = (value: unknown, key: string) => unknown;

/**
 * A worker's side of the pool: the state that the primary gives to all workers, and questions to it.
 */
export class PrimaryLink {
  readonly #channel: Channel;
  readonly #state = new Map<string, unknown>();
  readonly #followers = new Map<string, Follower>();
  readonly #begun: Promise<void>;

  constructor(send: (message: object) => void) {
    const channel = new Channel(send);
    this.#channel = channel;
    this.#begun = new Promise((resolve) => {
      channel.on("state", (value) => {
        for (const [key, one] of fromOurBuild<[string, unknown][]>(value))
          this.#state.set(key, one);
        resolve();
      });
    });
    channel.on("alive", () => {});
    channel.on("set", (value) => {
      const { key, value: next } = fromOurBuild<{ key: string; value: unknown }>(value);
      this.#state.set(key, next);
      return this.#tell(key);
    });
    channel.on("delete", (value) => {
      const { key } = fromOurBuild<{ key: string }>(value);
      this.#state.delete(key);
      return this.#tell(key);
    });
  }

  /** Takes what came from the primary. */
  receive(message: unknown): void {
    this.#channel.receive(message);
  }

  /** Resolves when the state that a worker begins with is there. */
  begun(): Promise<void> {
    return this.#begun;
  }

  get(key: string): unknown {
    return this.#state.get(key);
  }

  /**
   * Calls back with each change of a value whose key begins with this, and now for those that are
   * there; undefined: it was taken away. The primary is told that it has been taken when what comes
   * back has settled.
   */
  follow(beginning: string, follower: Follower): void {
    this.#followers.set(beginning, follower);
    for (const [key, value] of this.#state) if (key.startsWith(beginning)) follower(value, key);
  }

  on(name: string, handler: ChannelHandler): void {
    this.#channel.on(name, handler);
  }

  ask(name: string, value?: unknown): Promise<unknown> {
    return this.#channel.ask(name, value);
  }

  async #tell(key: string): Promise<void> {
    for (const [beginning, follower] of this.#followers) {
      if (key.startsWith(beginning)) await follower(this.#state.get(key), key);
    }
  }
}
