/** A text that lives for as long as somebody holds the object. */
export interface SharedText {
  readonly text: string;
}

/**
 * Texts that are on their way to clients. Each is made once and shared while anybody holds it, so
 * that a thousand clients who never read cost one text; nothing is kept for nobody.
 */
export class SharedTexts {
  readonly #held = new Map<string, WeakRef<SharedText>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key);
  });

  /** The text of a key, made when nobody holds it. Equal keys stand for equal texts. */
  get(key: string, make: () => string): SharedText {
    const held = this.#held.get(key)?.deref();
    if (held) return held;
    const made = { text: make() };
    this.#held.set(key, new WeakRef(made));
    this.#collected.register(made, key);
    return made;
  }
}
