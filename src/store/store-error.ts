import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";

/** SQLSTATE classes and codes (PostgreSQL, appendix A) of a database that is away for a while. */
const AWAY = /^(?:08|57P|53)/;
const DENIED = /^(?:28|42501)/;

/** Turns what the database or the way to it did into one sentence and one thing to do. */
export function storeError(cause: unknown): DocportError {
  if (cause instanceof DocportError) return cause;
  const code = systemCodeOf(cause) ?? "";
  const message = messageOf(cause);
  if (DENIED.test(code)) {
    return new DocportError("ERR_STORE_DENIED", `store: the database refuses us: ${message}`, {
      hint: "Check user, password and database of --store, and the rights of that user.",
      cause,
    });
  }
  if (AWAY.test(code) || isNetworkTrouble(code, message)) {
    return new DocportError("ERR_STORE_AWAY", `store: the database is away: ${message}`, {
      hint: "Nothing, if it comes back: what there is goes on being served. Otherwise check --store.",
      cause,
    });
  }
  return new DocportError("ERR_STORE_IO", `store: ${message}`, {
    hint: "Check that --store is a PostgreSQL 14 or newer that this user may create tables in.",
    cause,
  });
}

/** The driver gives most of its own troubles no code. */
function isNetworkTrouble(code: string, message: string): boolean {
  if (/^(?:ECONN|EHOST|ENET|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT)/.test(code)) return true;
  return /timeout|terminated|not queryable|ended unexpectedly|connection error/i.test(message);
}
