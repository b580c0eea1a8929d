import { DocportError, messageOf } from "../../lib/errors.ts";

/** Longest line accepted; a document of a collection is a section, not a book. */
const MAX_LINE_UNITS = 8 * 1024 * 1024;

export interface NumberedLine {
  readonly number: number;
  readonly text: string;
}

/**
 * Lines of a UTF-8 stream, without their ends (LF or CRLF) and without a byte order mark, numbered
 * from 1. Empty lines are left out. Throws `ERR_EVAL_INPUT` for a line over 8 Mi characters and
 * for bytes that are not UTF-8; `name` is for the message.
 */
export async function* linesOf(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncIterable<NumberedLine> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  let number = 0;
  for await (const chunk of chunks) {
    const pieces = (rest + decoded(decoder, chunk, name, number)).split("\n");
    rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      number += 1;
      yield* lineOf(piece, number);
    }
    if (rest.length > MAX_LINE_UNITS) {
      throw new DocportError("ERR_EVAL_INPUT", `${name}:${number + 1}: line over 8 Mi characters`, {
        hint: "Write one JSON object or one judgement a line.",
      });
    }
  }
  rest += decoded(decoder, undefined, name, number);
  yield* lineOf(rest, number + 1);
}

/** Parses a line as a JSON object. Throws `ERR_EVAL_INPUT` that names file and line. */
export function objectOfLine(line: NumberedLine, name: string): ReadonlyMap<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (error) {
    throw badLine(line, name, `expected a JSON object, got ${messageOf(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw badLine(line, name, `expected a JSON object, got ${kindOf(value)}`);
  }
  return new Map(Object.entries(value));
}

/**
 * A field that must be a string (a number is taken as its digits); with `fallback` it may be
 * absent or null. Throws `ERR_EVAL_INPUT`.
 */
export function stringField(
  object: ReadonlyMap<string, unknown>,
  field: string,
  line: NumberedLine,
  name: string,
  fallback?: string,
): string {
  const value = object.get(field);
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if ((value === undefined || value === null) && fallback !== undefined) return fallback;
  throw badLine(line, name, `expected "${field}" to be a string, got ${kindOf(value)}`);
}

/** The error of a line that is not what it should be. */
export function badLine(line: NumberedLine, name: string, problem: string): DocportError {
  return new DocportError("ERR_EVAL_INPUT", `${name}:${line.number}: ${problem}`);
}

function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

type Decoder = InstanceType<typeof TextDecoder>;

function decoded(
  decoder: Decoder,
  chunk: Uint8Array | undefined,
  name: string,
  number: number,
): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new DocportError("ERR_EVAL_INPUT", `${name}: not UTF-8 after line ${number}`, {
      hint: "Save the file as UTF-8.",
    });
  }
}

function* lineOf(text: string, number: number): Iterable<NumberedLine> {
  const line = text.endsWith("\r") ? text.slice(0, -1) : text;
  if (line.trim() !== "") yield { number, text: line };
}
