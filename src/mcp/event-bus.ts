import type { ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";

/**
 * The SDK's own bus in a process, without the SDK, which takes a tenth of a second to load. A
 * listener that throws keeps no other one from being told.
 */
export class EventBus implements ServerEventBus {
  readonly #listeners = new Set<{ readonly tell: (event: ServerEvent) => void }>();

  publish(event: ServerEvent): void {
    for (const { tell } of this.#listeners) {
      try {
        tell(event);
      } catch {
        // Its connection is gone; that is told where the connection is kept.
      }
    }
  }

  /** The function ends it; calling it twice does nothing. */
  subscribe(tell: (event: ServerEvent) => void): () => void {
    const listener = { tell };
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}
