import { isValues, textAt, type Values, valueAt } from "../site/values.ts";
import type { OpenapiDocument } from "./openapi-document.ts";

/** One field of an object, as a line of a list. */
export interface SchemaField {
  /** 0 for a field of the schema itself. */
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
  /** `Default: 10`, `One of: a, b`, in words. */
  readonly notes: readonly string[];
}

const MAX_DEPTH = 4;
const MAX_FIELDS = 500;
const MAX_ENUM = 200;
const MAX_TYPE_PARTS = 20;
const MAX_VALUE_CHARS = 200;

/** `array of string`, `Pet`, `integer (int64)`, `Cat or Dog`; a named schema is called by its name. */
export function typeOf(schema: unknown, depth = 0): string {
  if (schema === true) return "any";
  if (!isValues(schema)) return "";
  const name = referenceName(schema);
  if (name !== undefined) return name;
  if (depth > MAX_DEPTH) return "object";
  const parts = (key: string, word: string): string | undefined => {
    const all = listAt(schema, key).slice(0, MAX_TYPE_PARTS);
    const types = new Set(all.map((one) => typeOf(one, depth + 1)).filter(Boolean));
    return types.size === 0 ? undefined : [...types].join(word);
  };
  const combined = parts("oneOf", " or ") ?? parts("anyOf", " or ") ?? parts("allOf", " and ");
  const type = valueAt(schema, "type");
  const types = (Array.isArray(type) ? type : [type]).filter((one) => typeof one === "string");
  if (types.length === 0) {
    if (combined !== undefined) return combined;
    return isValues(valueAt(schema, "properties")) ? "object" : "";
  }
  const named = types.map((one) => {
    if (one !== "array") return one;
    const items = typeOf(valueAt(schema, "items"), depth + 1);
    return items === "" ? "array" : `array of ${items}`;
  });
  const format = textAt(schema, "format");
  const nullable = valueAt(schema, "nullable") === true ? " or null" : "";
  const suffix = types[0] === "object" && combined !== undefined ? `: ${combined}` : "";
  return named.join(" or ") + (format === undefined ? "" : ` (${format})`) + nullable + suffix;
}

/**
 * The fields of a schema and, below them, of the objects in it that have no name of their own. Named
 * ones are sections themselves, so that a cycle is not followed either.
 */
export function fieldsOf(schema: unknown, document: OpenapiDocument): readonly SchemaField[] {
  const fields: SchemaField[] = [];
  const visit = (value: unknown, depth: number, nesting: number): void => {
    if (nesting > MAX_DEPTH * 2 || depth > MAX_DEPTH || !isValues(value)) return;
    const required = new Set(listAt(value, "required"));
    const properties = valueAt(value, "properties");
    for (const [name, property] of isValues(properties) ? Object.entries(properties) : []) {
      if (fields.length >= MAX_FIELDS) return;
      const target = isValues(property) ? document.resolve(property) : {};
      fields.push({
        depth,
        name,
        type: typeOf(property),
        isRequired: required.has(name),
        description: descriptionOf(property) || descriptionOf(target),
        notes: notesOf(target),
      });
      if (isValues(property) && referenceName(property) === undefined) {
        visit(
          valueAt(property, "type") === "array" ? valueAt(property, "items") : property,
          depth + 1,
          nesting + 1,
        );
      }
    }
    for (const key of ["allOf", "oneOf", "anyOf"]) {
      for (const part of listAt(value, key)) {
        if (isValues(part) && referenceName(part) === undefined) visit(part, depth, nesting + 1);
      }
    }
    const rest =
      valueAt(value, "type") === "array"
        ? valueAt(value, "items")
        : valueAt(value, "additionalProperties");
    if (isValues(rest) && referenceName(rest) === undefined) visit(rest, depth, nesting + 1);
  };
  visit(schema, 0, 0);
  return fields;
}

/** What a schema says of its values besides their type. */
export function notesOf(schema: Values): readonly string[] {
  const notes: string[] = [];
  const values = listAt(schema, "enum");
  if (values.length > 0) {
    const shown = values.slice(0, MAX_ENUM).map(valueText).join(", ");
    notes.push(`One of: ${shown}${values.length > MAX_ENUM ? ", ..." : ""}`);
  }
  for (const [key, label] of NOTES) {
    const value = valueAt(schema, key);
    if (value !== undefined && value !== null && value !== false) {
      notes.push(value === true ? label : `${label}: ${valueText(value)}`);
    }
  }
  if (valueAt(schema, "deprecated") === true) notes.push("Deprecated");
  return notes;
}

const NOTES = [
  ["const", "Always"],
  ["default", "Default"],
  ["example", "Example"],
  ["minimum", "Minimum"],
  ["maximum", "Maximum"],
  ["minLength", "Minimum length"],
  ["maxLength", "Maximum length"],
  ["minItems", "Minimum items"],
  ["maxItems", "Maximum items"],
  ["pattern", "Pattern"],
  ["readOnly", "Read only"],
  ["writeOnly", "Write only"],
] as const;

export function descriptionOf(value: unknown): string {
  return isValues(value) ? (textAt(value, "description") ?? textAt(value, "title") ?? "") : "";
}

/** The name of the schema that a `$ref` leads to: the last part of it. */
export function referenceName(schema: Values): string | undefined {
  const reference = valueAt(schema, "$ref");
  if (typeof reference !== "string") return undefined;
  return reference.slice(reference.lastIndexOf("/") + 1).replace(/\.(?:json|ya?ml)$/, "");
}

export function listAt(values: Values, key: string): readonly unknown[] {
  const value = valueAt(values, key);
  return Array.isArray(value) ? value : [];
}

function valueText(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return `\`${text.replaceAll("`", "'").replaceAll(/\s+/g, " ").slice(0, MAX_VALUE_CHARS)}\``;
}
