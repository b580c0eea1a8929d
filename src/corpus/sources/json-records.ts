import { JSONParser, TokenType } from "@streamparser/json";
import { DocportError, messageOf } from "../../lib/errors.ts";

export interface JsonRecordLimits {
  /** Most bytes from the end of one record to the end of the next. */
  readonly maxRecordBytes: number;
}

/** Names of the list in an object that wraps the records. */
const WRAPPED = ["$.items.*", "$.pages.*"];

/** Deepest nesting; a page needs three levels. */
const MAX_DEPTH = 32;

/** Room for one piece of a string; without it the parser builds strings a byte at a time. */
const STRING_BUFFER_BYTES = 64 * 1024;

/**
 * Reads `[{...}, ...]`, `{"items": [...]}`, `{"pages": [...]}` or JSON Lines as they come in, a
 * record at a time, so that an export needs only the memory of its largest record: a string in
 * Node ends at 512 MB, an export need not. Throws ERR_SOURCE_UNREADABLE for what is no JSON and
 * ERR_SOURCE_LIMIT for a record longer than `maxRecordBytes` or nested more than 32 deep.
 */
export async function* readJsonRecords(
  chunks: AsyncIterable<Uint8Array>,
  limits: JsonRecordLimits,
): AsyncGenerator<unknown, void, void> {
  const records: unknown[] = [];
  let parser: JSONParser | undefined;
  let sinceRecord = 0;
  for await (const chunk of chunks) {
    parser ??= parserFor(chunk, records);
    // Nothing but white space so far: what the export is shows later.
    if (parser === undefined) continue;
    const current = parser;
    sinceRecord += chunk.byteLength;
    attempt(() => current.write(chunk));
    if (records.length > 0) sinceRecord = 0;
    yield* records.splice(0);
    if (sinceRecord > limits.maxRecordBytes) {
      throw new DocportError(
        "ERR_SOURCE_LIMIT",
        `The export goes on for ${sinceRecord} bytes without the end of a page; at most ${limits.maxRecordBytes} are read for one.`,
        { hint: "Export a list of {title, permalink, contents}, a page each." },
      );
    }
  }
  if (parser === undefined) throw notJson("it is empty");
  const last = parser;
  attempt(() => last.end());
  yield* records.splice(0);
}

/** A parser that puts each record into `records`; undefined when `start` is only white space. */
function parserFor(start: Uint8Array, records: unknown[]): JSONParser | undefined {
  const first = new TextDecoder().decode(start.subarray(0, 1024)).trimStart().charAt(0);
  if (first === "") return undefined;
  if (first !== "[" && first !== "{") throw notJson(`it begins with ${JSON.stringify(first)}`);
  const isArray = first === "[";
  const parser = new JSONParser({
    paths: isArray ? ["$.*"] : ["$", ...WRAPPED],
    // Members that were handed out are forgotten, or the whole list would be kept.
    keepStack: false,
    // One document after another, with nothing but white space between: JSON Lines.
    separator: "",
    stringBufferSize: STRING_BUFFER_BYTES,
  });
  let isWrapper = false;
  parser.onValue = ({ value, stack }) => {
    const isRoot = stack.length === 0;
    if (!isArray && !isRoot) isWrapper = true;
    if (!(isRoot && isWrapper)) records.push(value);
  };
  let depth = 0;
  parser.onToken = ({ token }) => {
    if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) depth += 1;
    else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) depth -= 1;
    if (depth > MAX_DEPTH) {
      throw new DocportError(
        "ERR_SOURCE_LIMIT",
        `The export is nested more than ${MAX_DEPTH} deep; a page is an object of plain values.`,
      );
    }
  };
  return parser;
}

function attempt(step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof DocportError) throw error;
    throw notJson(messageOf(error), error);
  }
}

function notJson(reason: string, cause?: unknown): DocportError {
  return new DocportError("ERR_SOURCE_UNREADABLE", `The export is not valid JSON: ${reason}`, {
    hint: "Export a list of {title, permalink, contents}; docs/guide/hugo.md has a template.",
    cause,
  });
}
