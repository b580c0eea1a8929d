import { DocportError } from "../lib/errors.ts";
import type {
  CatalogFacts,
  CatalogHit,
  CatalogPage,
  CatalogPageSummary,
  CatalogSection,
} from "./catalog.ts";

/*
 * What the catalog keeps in the index file's opaque fields, as JSON. The file is checksummed, but it
 * may have been written by anybody, so every field is checked when it is read.
 */

/** What a hit needs beside what the engine knows of it: stored with each document. */
export type StoredHit = Pick<
  CatalogHit,
  "title" | "headingPath" | "url" | "language" | "version" | "modifiedAt" | "revision"
>;

/** A page in the list of pages, with the other URLs that lead to it. */
export interface StoredSummary extends CatalogPageSummary {
  readonly aliases: readonly string[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeJson(value: object): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export function decodeHit(bytes: Uint8Array): StoredHit {
  const record = decodeRecord(bytes);
  return {
    title: text(record, "title"),
    headingPath: texts(record, "headingPath"),
    url: text(record, "url"),
    language: text(record, "language"),
    ...optional("version", optionalText(record, "version")),
    ...optional("modifiedAt", optionalNumber(record, "modifiedAt")),
    ...optional("revision", optionalText(record, "revision")),
  };
}

export function decodePage(bytes: Uint8Array): CatalogPage {
  const record = decodeRecord(bytes);
  return {
    ...summaryOf(record),
    aliases: texts(record, "aliases"),
    ...optional("revision", optionalText(record, "revision")),
    markdown: text(record, "markdown"),
    sections: list(record, "sections").map(sectionOf),
  };
}

export function decodeSummaries(bytes: Uint8Array): readonly StoredSummary[] {
  return list(decodeRecord(bytes), "pages").map((one) => {
    const record = asRecord(one);
    return { ...summaryOf(record), aliases: texts(record, "aliases") };
  });
}

export interface StoredFacts {
  readonly revision: string;
  readonly facts: CatalogFacts;
}

export function decodeFacts(bytes: Uint8Array): StoredFacts {
  const record = decodeRecord(bytes);
  const facts = asRecord(record["facts"]);
  return {
    revision: text(record, "revision"),
    facts: {
      title: text(facts, "title"),
      ...optional("baseUrl", optionalText(facts, "baseUrl")),
      pageCount: number(facts, "pageCount"),
      sectionCount: number(facts, "sectionCount"),
      languages: list(facts, "languages").map((one) => {
        const entry = asRecord(one);
        return { language: text(entry, "language"), pageCount: number(entry, "pageCount") };
      }),
      versions: texts(facts, "versions"),
      ...optional("corpora", corporaOf(facts)),
      topSections: list(facts, "topSections").map((one) => {
        const entry = asRecord(one);
        return { section: text(entry, "section"), pageCount: number(entry, "pageCount") };
      }),
      builtAt: number(facts, "builtAt"),
    },
  };
}

function corporaOf(facts: JsonRecord): CatalogFacts["corpora"] {
  if (facts["corpora"] === undefined) return undefined;
  return list(facts, "corpora").map((one) => {
    const entry = asRecord(one);
    return { name: text(entry, "name"), pageCount: number(entry, "pageCount") };
  });
}

function summaryOf(record: JsonRecord): CatalogPageSummary {
  return {
    id: text(record, "id"),
    title: text(record, "title"),
    ...optional("description", optionalText(record, "description")),
    url: text(record, "url"),
    language: text(record, "language"),
    ...optional("version", optionalText(record, "version")),
    ...optional("translationKey", optionalText(record, "translationKey")),
    ...optional("modifiedAt", optionalNumber(record, "modifiedAt")),
  };
}

function sectionOf(value: unknown): CatalogSection {
  const record = asRecord(value);
  return {
    id: text(record, "id"),
    anchor: text(record, "anchor"),
    title: text(record, "title"),
    headingPath: texts(record, "headingPath"),
    url: text(record, "url"),
    level: number(record, "level"),
    start: number(record, "start"),
    end: number(record, "end"),
  };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function decodeRecord(bytes: Uint8Array): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw corrupt("stored data is not JSON", cause);
  }
  return asRecord(value);
}

function asRecord(value: unknown): JsonRecord {
  if (!isRecord(value)) throw corrupt("an object was expected in the stored data");
  return value;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(record: JsonRecord, name: string): string {
  const value = record[name];
  if (typeof value !== "string") throw corrupt(`stored field "${name}" is not text`);
  return value;
}

function optionalText(record: JsonRecord, name: string): string | undefined {
  return record[name] === undefined ? undefined : text(record, name);
}

function number(record: JsonRecord, name: string): number {
  const value = record[name];
  if (typeof value !== "number") throw corrupt(`stored field "${name}" is not a number`);
  return value;
}

function optionalNumber(record: JsonRecord, name: string): number | undefined {
  return record[name] === undefined ? undefined : number(record, name);
}

function list(record: JsonRecord, name: string): readonly unknown[] {
  const value = record[name];
  if (!Array.isArray(value)) throw corrupt(`stored field "${name}" is not a list`);
  return value;
}

function texts(record: JsonRecord, name: string): readonly string[] {
  return list(record, name).map((one) => {
    if (typeof one !== "string") throw corrupt(`stored field "${name}" holds something but text`);
    return one;
  });
}

/** An optional property that is left out, not set to undefined (exactOptionalPropertyTypes). */
export function optional<Name extends string, Value>(
  name: Name,
  value: Value | undefined,
): { readonly [Key in Name]?: Value } {
  const one: { [Key in Name]?: Value } = {};
  if (value !== undefined) one[name] = value;
  return one;
}

function corrupt(what: string, cause?: unknown): DocportError {
  return new DocportError("ERR_INDEX_CORRUPT", `index file: ${what}`, {
    hint: "Build the index again with `docport index`.",
    cause,
  });
}
