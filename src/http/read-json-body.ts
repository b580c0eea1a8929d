import type { HttpLimits } from "./http-options.ts";
import { rpcErrorResponse } from "./responses.ts";

const PARSE_ERROR = -32700;
const INVALID_REQUEST = -32600;

/**
 * The JSON of a POST, read and checked once: media type, size, encoding, depth. A body that is not
 * acceptable comes back as the response to give (415, 413, 400).
 */
export async function readJsonBody(
  request: Request,
  limits: Pick<HttpLimits, "maxBodyBytes" | "maxJsonDepth" | "maxBatchMessages">,
): Promise<{ readonly value: unknown } | Response> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    return rpcErrorResponse(415, -32000, "Content-Type must be application/json");
  }
  const text = await readText(request, limits.maxBodyBytes);
  if (text instanceof Response) return text;
  const excess = excessOf(text, limits);
  if (excess !== undefined) return rpcErrorResponse(400, INVALID_REQUEST, excess);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return rpcErrorResponse(400, PARSE_ERROR, "Parse error: the body is not JSON");
  }
  return { value };
}

async function readText(request: Request, maxBytes: number): Promise<string | Response> {
  const tooLarge = (): Response =>
    rpcErrorResponse(413, -32000, `The body is larger than ${maxBytes} bytes`, {
      connection: "close",
    });
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) return tooLarge();
  if (!request.body) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  try {
    for await (const chunk of request.body) {
      size += chunk.byteLength;
      if (size > maxBytes) return tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (request.signal.aborted) throw error;
    return rpcErrorResponse(400, PARSE_ERROR, "Parse error: the body is not UTF-8, or was cut off");
  }
}

/**
 * What there is too much of. Looks at brackets and commas alone, before anything is built:
 * `JSON.parse` would nest as deep as it is told, and make all of a batch that is refused.
 */
export function excessOf(
  json: string,
  { maxJsonDepth, maxBatchMessages }: Pick<HttpLimits, "maxJsonDepth" | "maxBatchMessages">,
): string | undefined {
  const isBatch = /^\s*\[/.test(json);
  let depth = 0;
  let messages = 1;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (inString) {
      if (code === 92) at++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 91 || code === 123) {
      if (++depth > maxJsonDepth) return `JSON is nested deeper than ${maxJsonDepth}`;
    } else if (code === 93 || code === 125) depth--;
    else if (code === 44 && depth === 1 && isBatch && ++messages > maxBatchMessages) {
      return `A batch holds at most ${maxBatchMessages} messages`;
    }
  }
  return undefined;
}
