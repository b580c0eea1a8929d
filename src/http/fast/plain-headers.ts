import type { AnswerHeaders } from "../request-head.ts";

/** The headers of an answer, with names in lower case. Node's own `Headers` bring all of fetch. */
export class PlainHeaders implements AnswerHeaders, Iterable<[name: string, value: string]> {
  readonly #values: Map<string, string>;

  constructor(values: Readonly<Record<string, string>>) {
    this.#values = new Map(Object.entries(values));
  }

  get(name: string): string | null {
    return this.#values.get(name) ?? null;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  append(name: string, value: string): void {
    const before = this.#values.get(name);
    this.#values.set(name, before === undefined ? value : `${before}, ${value}`);
  }

  [Symbol.iterator](): MapIterator<[name: string, value: string]> {
    return this.#values[Symbol.iterator]();
  }
}
