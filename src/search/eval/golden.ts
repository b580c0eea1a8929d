import { badLine, linesOf, objectOfLine, stringField } from "./json-lines.ts";

/** A question whose right answer a person wrote down. */
export interface GoldenQuestion {
  /** `name:line` of the golden file: says where to look. */
  readonly id: string;
  readonly text: string;
  /** Page ids, section ids or URLs, any of which is right; at least one. */
  readonly targets: readonly string[];
  /** BCP 47, when the line says so. */
  readonly language?: string;
}

const TARGET_FIELDS = ["page", "id", "url"] as const;

/**
 * Reads a golden set: JSON Lines of `{"query" or "question": TEXT, "page" or "id" or "url": RIGHT}`
 * where RIGHT is a string or an array of strings, and optionally `"language"`. Further fields are
 * left alone. Throws `ERR_EVAL_INPUT` naming file and line.
 */
export async function readGolden(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): Promise<GoldenQuestion[]> {
  const questions: GoldenQuestion[] = [];
  for await (const line of linesOf(chunks, name)) {
    const object = objectOfLine(line, name);
    const field = object.has("query") ? "query" : "question";
    const text = stringField(object, field, line, name);
    const targets = TARGET_FIELDS.flatMap((target) => stringsOf(object.get(target)));
    if (targets.length === 0) {
      throw badLine(line, name, 'expected the right answer as "page", "id" or "url"');
    }
    const language = stringField(object, "language", line, name, "");
    const id = `${name}:${line.number}`;
    questions.push(language === "" ? { id, text, targets } : { id, text, targets, language });
  }
  return questions;
}

function stringsOf(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one): one is string => typeof one === "string" && one !== "");
}
