import type { AcmeErrorName } from "../../../acme/problem.ts";

export interface RefusalDetails {
  readonly subproblems?: readonly object[];
  readonly algorithms?: readonly string[];
  readonly instance?: string;
  /** Value of the Retry-After header. */
  readonly retryAfter?: string;
}

/** Thrown by a handler: the server answers with this problem document (RFC 8555 §6.7). */
export class Refusal extends Error {
  readonly status: number;
  readonly type: AcmeErrorName;
  readonly details: RefusalDetails;

  constructor(status: number, type: AcmeErrorName, detail: string, details: RefusalDetails = {}) {
    super(detail);
    this.status = status;
    this.type = type;
    this.details = details;
  }

  /** The document as JSON goes over the wire. */
  toDocument(): object {
    const { retryAfter: _, ...members } = this.details;
    return {
      type: `urn:ietf:params:acme:error:${this.type}`,
      detail: this.message,
      status: this.status,
      ...members,
    };
  }
}
