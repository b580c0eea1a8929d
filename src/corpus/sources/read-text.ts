import { open } from "node:fs/promises";
import { DocportError, messageOf, systemCodeOf } from "../../lib/errors.ts";

/**
 * Decodes UTF-8 strictly, a byte order mark removed. Throws ERR_PAGE_UNREADABLE for anything else:
 * a guess would put wrong letters into the index where nobody looks for them.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const utf16 =
      (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    throw new DocportError(
      "ERR_PAGE_UNREADABLE",
      utf16 ? "The text is UTF-16, not UTF-8." : "The text is not valid UTF-8.",
      { hint: "Save the file as UTF-8.", cause },
    );
  }
}

/**
 * Reads a file of at most `maxBytes`. Throws ERR_PAGE_UNREADABLE with the reason when it is larger
 * or cannot be opened.
 */
export async function readFileBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readAtMost(path, maxBytes);
  } catch (cause) {
    if (cause instanceof DocportError) throw cause;
    throw new DocportError("ERR_PAGE_UNREADABLE", `The file cannot be read: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    if (size > maxBytes) {
      throw tooLarge(size, maxBytes);
    }
    return await file.readFile();
  } finally {
    await file.close();
  }
}

/** The ERR_PAGE_UNREADABLE for a file of more bytes than are read. */
export function tooLarge(sizeBytes: number, maxBytes: number): DocportError {
  return new DocportError(
    "ERR_PAGE_UNREADABLE",
    `The file has ${sizeBytes} bytes; at most ${maxBytes} are read.`,
  );
}

function reasonOf(error: unknown): string {
  const code = systemCodeOf(error);
  if (code === "EACCES" || code === "EPERM") return "permission denied";
  if (code === "ENOENT") return "it is gone";
  return messageOf(error);
}
