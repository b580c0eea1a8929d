/** One HTTP exchange that the client wants done. */
export interface AcmeRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A reply with a longer body must be refused while it arrives, not after. */
  readonly maxBodyBytes: number;
  readonly signal: AbortSignal;
}

export interface AcmeResponse {
  readonly status: number;
  /** Names in lower case; several headers of one name are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/**
 * How requests reach the CA. Resolves with the reply whatever its status is; follows no redirect,
 * repeats nothing, keeps no cookies. Rejects when there is no whole reply, and when `signal` is
 * aborted.
 */
export type AcmeTransport = (request: AcmeRequest) => Promise<AcmeResponse>;
