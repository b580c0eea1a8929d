import { DocportError } from "../lib/errors.ts";

/** We refuse before the CA would. Code ERR_CERT_RATE_LIMIT. */
export class LocalLimitError extends DocportError {
  override readonly name: string = "LocalLimitError";
  /** Epoch milliseconds from which it is allowed again. */
  readonly allowedAt: number;

  constructor(what: string, allowedAt: number) {
    const at = `${new Date(allowedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    super("ERR_CERT_RATE_LIMIT", `The CA's limit on ${what} is used up until ${at}.`, {
      hint: "Wait: the next attempt is planned for then. Use --staging to try things out.",
    });
    this.allowedAt = allowedAt;
  }
}
