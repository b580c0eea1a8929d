/**
 * Every way in which the outside world can fail us. A code is never reused, and each has a line in
 * docs/errors.md (what it means, what to do); a test holds the two together.
 */
export type ErrorCode =
  // Configuration and command line
  | "ERR_CONFIG_INVALID"
  | "ERR_USAGE"
  // Sources and documents
  | "ERR_SOURCE_NOT_FOUND"
  | "ERR_SOURCE_UNREADABLE"
  | "ERR_SOURCE_KIND"
  | "ERR_SOURCE_EMPTY"
  | "ERR_SOURCE_LIMIT"
  | "ERR_SOURCE_FETCH"
  | "ERR_PAGE_UNREADABLE"
  // Index files
  | "ERR_INDEX_TRUNCATED"
  | "ERR_INDEX_VERSION"
  | "ERR_INDEX_CORRUPT"
  | "ERR_INDEX_LIMIT"
  // Semantic search
  | "ERR_EMBEDDINGS"
  // Private documentation
  | "ERR_KEYS_FILE"
  | "ERR_ACCESS_RULE"
  // Evaluation
  | "ERR_EVAL_INPUT"
  | "ERR_INDEX_WRITE"
  // What a server keeps for its owner
  | "ERR_DATA_FOLDER"
  // Publishing in the MCP registry
  | "ERR_REGISTRY_KEY"
  | "ERR_REGISTRY_WRITE"
  // Listeners
  | "ERR_LISTEN_IN_USE"
  | "ERR_LISTEN_DENIED"
  | "ERR_LISTEN_ADDRESS"
  | "ERR_LISTEN_INHERITED"
  // Where certificates and keys are kept
  | "ERR_STORAGE_FULL"
  | "ERR_STORAGE_READ_ONLY"
  | "ERR_STORAGE_DENIED"
  | "ERR_STORAGE_LINK"
  | "ERR_STORAGE_IO"
  // The database that replicas share
  | "ERR_STORE_AWAY"
  | "ERR_STORE_DENIED"
  | "ERR_STORE_VERSION"
  | "ERR_STORE_KEY"
  | "ERR_STORE_LEASE"
  | "ERR_STORE_INDEX"
  | "ERR_STORE_IO"
  // Worker processes
  | "ERR_WORKERS"
  // Certificates
  | "ERR_CERT_UNREADABLE"
  | "ERR_CERT_REJECTED"
  | "ERR_CERT_NOT_SHOWN"
  | "ERR_CERT_NO_CHALLENGE"
  | "ERR_CERT_TERMS"
  | "ERR_CERT_BINDING"
  | "ERR_CERT_RATE_LIMIT"
  | "ERR_CERT_NONE"
  | "ERR_CERT_BUSY"
  | "ERR_DNS_HOOK"
  | "ERR_DNS_UPDATE"
  // The CA, over ACME
  | "ERR_ACME_PROBLEM"
  | "ERR_ACME_NETWORK"
  | "ERR_ACME_TIMEOUT"
  | "ERR_ACME_PROTOCOL"
  | "ERR_ACME_URL"
  | "ERR_ACME_ORDER_INVALID"
  | "ERR_ACME_AUTHORIZATION_INVALID"
  | "ERR_ACME_UNSUPPORTED"
  | "ERR_ACME_ACCOUNT_KEY";

export interface ErrorOptionsWithHint extends ErrorOptions {
  /** The one thing to do about it, as an imperative sentence. */
  readonly hint?: string;
}

/**
 * A failure of the outside world: input, network, disk, CA. A caller's mistake is a `TypeError`
 * instead, a cancellation is `signal.reason` untouched, and a bug surfaces as what it is.
 * The message says what happened, what was expected and what came; it never holds a secret.
 */
export class DocportError extends Error {
  override readonly name: string = "DocportError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The text of anything that was thrown, for a sentence that quotes it. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The `code` of a Node system error (`ENOENT`, `EADDRINUSE`, ...), if it is one. */
export function systemCodeOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !("code" in thrown)) return undefined;
  return typeof thrown.code === "string" ? thrown.code : undefined;
}
