import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";

/** Turns what the file system threw into one sentence and the one thing to do about it. */
export function storageError(action: "read" | "write", path: string, cause: unknown): DocportError {
  if (cause instanceof DocportError) return cause;
  const what = `storage: cannot ${action} ${path}`;
  switch (systemCodeOf(cause) ?? "") {
    case "ENOSPC":
    case "EDQUOT":
      return new DocportError("ERR_STORAGE_FULL", `${what}: the disk is full`, {
        hint: "Free some space on the disk that holds the certificates folder.",
        cause,
      });
    case "EROFS":
      return new DocportError("ERR_STORAGE_READ_ONLY", `${what}: the file system is read-only`, {
        hint: "Mount the certificates folder writable, or name another one with --certs.",
        cause,
      });
    case "EACCES":
    case "EPERM":
      return new DocportError("ERR_STORAGE_DENIED", `${what}: it belongs to another user`, {
        hint: "Give the certificates folder to the user that docport runs as (chown -R).",
        cause,
      });
    default:
      return new DocportError("ERR_STORAGE_IO", `${what}: ${messageOf(cause)}`, {
        hint: "Check that the certificates folder exists and is a folder on a healthy disk.",
        cause,
      });
  }
}
