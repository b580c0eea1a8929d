import { DocportError } from "../../lib/errors.ts";
import { decodeUtf8 } from "../sources/read-text.ts";

/** How far into a page a browser looks for its encoding. */
const PRESCAN_BYTES = 1024;

/**
 * The text of a page in the encoding that it says: by a byte order mark, the Content-Type header or
 * its first kilobyte, in this order (WHATWG Encoding, HTML §13.2.3). One that says none is UTF-8.
 * Throws ERR_PAGE_UNREADABLE for bytes that are not what was said.
 */
export function decodePage(bytes: Uint8Array, contentType: string): string {
  const encoding = markOf(bytes) ?? charsetOf(contentType) ?? declaredIn(bytes) ?? "utf-8";
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new DocportError(
      "ERR_PAGE_UNREADABLE",
      `The page says that it is in "${encoding.slice(0, 40)}", which is no known encoding.`,
      { cause },
    );
  }
  if (decoder.encoding === "utf-8") return decodeUtf8(bytes);
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new DocportError(
      "ERR_PAGE_UNREADABLE",
      `The text is not valid ${decoder.encoding}, which the page says it is.`,
      { cause },
    );
  }
}

/** The `charset` of a Content-Type. */
function charsetOf(contentType: string): string | undefined {
  return /;\s*charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1];
}

function markOf(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : undefined;
}

function declaredIn(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString("latin1");
  const name = /<meta\s[^>]{0,200}charset\s*=\s*(?:["']\s*)?([\w.:-]{1,40})/i.exec(start)?.[1];
  // A page whose ASCII could be read is not UTF-16, whatever it says.
  return name !== undefined && /^utf-?16/i.test(name) ? "utf-8" : name;
}
