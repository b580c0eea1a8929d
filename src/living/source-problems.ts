import type { Problem } from "../corpus/page.ts";
import { SourceDownError } from "../corpus/sources/source-down-error.ts";

/** What one reading of a source has met, in so far as it matters to who asks it again. */
export class SourceProblems {
  /** Pages that could not be read. */
  unreadablePages = 0;
  /** Why the source as a whole did not answer, though it gave what it had; undefined when it did. */
  outage: SourceDownError | undefined;
  /** When its server wants to be asked again; epoch milliseconds. */
  askAgainAt: number | undefined;

  add({ path, reason, isOutage, askAgainAt }: Problem): void {
    if (askAgainAt !== undefined) this.#postpone(askAgainAt);
    if (isOutage) this.outage ??= new SourceDownError(`${path}: ${reason}`, askAgainAt);
    else this.unreadablePages += 1;
  }

  /** Takes what an error of the whole source says. */
  fail(error: unknown): void {
    if (error instanceof SourceDownError && error.askAgainAt !== undefined) {
      this.#postpone(error.askAgainAt);
    }
  }

  #postpone(at: number): void {
    this.askAgainAt = Math.max(this.askAgainAt ?? 0, at);
  }
}
