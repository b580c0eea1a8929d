import { DocportError, type ErrorOptionsWithHint } from "../../lib/errors.ts";

/** A source elsewhere that cannot be fetched, and when its server wants to be asked again. */
export class SourceDownError extends DocportError {
  /** Milliseconds since the Unix epoch; undefined when it did not say. */
  readonly askAgainAt: number | undefined;

  constructor(message: string, askAgainAt: number | undefined, options?: ErrorOptionsWithHint) {
    super("ERR_SOURCE_FETCH", message, options);
    this.askAgainAt = askAgainAt;
  }
}
