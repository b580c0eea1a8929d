import type { Problem } from "../corpus/page.ts";
import { counted, printable } from "./terminal.ts";

const SHOWN = 10;

/** Pages that could not be read: counts all, keeps the first few. */
export class ProblemReport {
  readonly #kept: Problem[] = [];
  readonly #limit: number;
  #count = 0;
  #isServed = false;

  constructor(limit: number = SHOWN) {
    this.#limit = limit;
  }

  get count(): number {
    return this.#count;
  }

  add(problem: Problem): void {
    this.#count++;
    this.#isServed ||= problem.isServed ?? false;
    if (this.#kept.length < this.#limit) this.#kept.push(problem);
  }

  /** Each page with its reason, and how many more there are; "" when there was none. */
  render(): string {
    if (this.#count === 0) return "";
    const verb = this.#count === 1 ? "is" : "are";
    const outcome = this.#isServed ? "" : ` and ${verb} left out`;
    const more = this.#count - this.#kept.length;
    return [
      `${counted(this.#count, "page")} could not be read${outcome}:`,
      ...this.#kept.map(({ path, reason }) => `  ${printable(path)}: ${printable(reason)}`),
      ...(more > 0
        ? [`  ... and ${more.toLocaleString("en-US")} more: --log-level debug names all`]
        : []),
      "",
    ].join("\n");
  }
}
