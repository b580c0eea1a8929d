import { codeSpan } from "../markdown/inline-markdown.ts";
import type { DocumentBlocks } from "../read-document.ts";
import { BlockListBuilder } from "../sections/block-list.ts";
import { isValues, textAt, textsAt, type Values, valueAt } from "../site/values.ts";
import {
  descriptionOf,
  fieldsOf,
  listAt,
  notesOf,
  type SchemaField,
  typeOf,
} from "./describe-schema.ts";
import { OpenapiDocument } from "./openapi-document.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
const MAX_EXAMPLE_CHARS = 4000;

/**
 * A description of an API in OpenAPI 3.0 or 3.1 (https://spec.openapis.org/oas/v3.1.1): its
 * introduction, then a section for each operation, with the anchor `operation/` and the operationId
 * (else method and path), and one for each schema, `schema/` and its name. Parameters, bodies and
 * responses are lists; a named schema is named there and described once. Only references inside the
 * document are followed. Throws ERR_PAGE_UNREADABLE when it is no such description.
 */
export function readOpenapi(text: string, maxDepth: number): DocumentBlocks {
  const document = new OpenapiDocument(text);
  const writer = new OpenapiWriter(document, maxDepth, text.length);
  writer.write();
  const info = document.resolve(valueAt(document.root, "info"));
  return {
    blocks: writer.page.blocks,
    links: writer.page.links,
    title: textAt(info, "title"),
    description: textAt(info, "summary"),
  };
}

class OpenapiWriter {
  readonly page: BlockListBuilder;
  readonly #document: OpenapiDocument;

  constructor(document: OpenapiDocument, maxDepth: number, sourceChars: number) {
    this.#document = document;
    this.page = new BlockListBuilder(maxDepth, sourceChars);
  }

  write(): void {
    const { root } = this.#document;
    const info = this.#document.resolve(valueAt(root, "info"));
    this.page.markdown(textAt(info, "description") ?? "", 1);
    const version = textAt(info, "version");
    if (version !== undefined)
      this.page.markdown(`Version of the API: ${codeSpan(version, false)}`);
    this.#list(
      "Servers",
      listAt(root, "servers").flatMap((server) => {
        const url = isValues(server) ? textAt(server, "url") : undefined;
        return url === undefined ? [] : [item(0, codeSpan(url, false), [], descriptionOf(server))];
      }),
    );
    this.#security();
    for (const key of ["paths", "webhooks"]) {
      const paths = valueAt(root, key);
      for (const [path, value] of isValues(paths) ? Object.entries(paths) : []) {
        this.#path(path, this.#document.resolve(value));
      }
    }
    const schemas = valueAt(root, "components", "schemas");
    const all = isValues(schemas) ? Object.entries(schemas) : [];
    if (all.length > 0) this.page.heading(2, "Schemas", "schemas");
    for (const [name, schema] of all) this.#schema(name, schema);
  }

  #security(): void {
    const schemes = valueAt(this.#document.root, "components", "securitySchemes");
    if (!isValues(schemes) || Object.keys(schemes).length === 0) return;
    this.page.heading(2, "Authentication", "authentication");
    this.#list(
      "",
      Object.entries(schemes).map(([name, value]) => {
        const scheme = this.#document.resolve(value);
        const facts = ["type", "scheme", "in", "name", "bearerFormat", "openIdConnectUrl"];
        const notes = facts.flatMap((fact) => textAt(scheme, fact) ?? []);
        return item(0, codeSpan(name, false), [notes.join(", ")], descriptionOf(scheme));
      }),
    );
  }

  #path(path: string, shared: Values): void {
    for (const method of METHODS) {
      const operation = valueAt(shared, method);
      if (!isValues(operation)) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const summary = textAt(operation, "summary") ?? textAt(shared, "summary");
      const id = textAt(operation, "operationId");
      this.page.heading(
        2,
        summary === undefined ? name : `${summary} (${name})`,
        `operation/${anchorOf(id ?? name)}`,
      );
      const tags = textsAt(operation, "tags").join(", ");
      const facts = [codeSpan(name, false)];
      if (id !== undefined) facts.push(`operation ${codeSpan(id, false)}`);
      if (tags !== "") facts.push(`tags: ${escapeText(tags)}`);
      if (valueAt(operation, "deprecated") === true) facts.push("**deprecated**");
      this.page.markdown(facts.join(" · "));
      this.page.markdown(
        textAt(operation, "description") ?? textAt(shared, "description") ?? "",
        2,
      );
      this.#parameters([...listAt(shared, "parameters"), ...listAt(operation, "parameters")]);
      this.#body("Request body", valueAt(operation, "requestBody"));
      const responses = valueAt(operation, "responses");
      for (const [status, response] of isValues(responses) ? Object.entries(responses) : []) {
        this.#body(`Response ${status}`, response);
      }
    }
  }

  /** What an operation says of a parameter wins over what its path says. */
  #parameters(all: readonly unknown[]): void {
    const parameters = new Map<string, Values>();
    for (const value of all) {
      const parameter = this.#document.resolve(value);
      const name = textAt(parameter, "name");
      if (name !== undefined) parameters.set(`${textAt(parameter, "in") ?? ""} ${name}`, parameter);
    }
    this.#list(
      "Parameters",
      [...parameters.values()].map((parameter) => {
        const schema = valueAt(parameter, "schema");
        return this.#itemOf({
          depth: 0,
          name: textAt(parameter, "name") ?? "",
          type: [typeOf(schema), `in ${textAt(parameter, "in") ?? "query"}`]
            .filter(Boolean)
            .join(", "),
          isRequired: valueAt(parameter, "required") === true,
          description: descriptionOf(parameter),
          notes: notesOf({ ...this.#document.resolve(schema), ...onlyNotes(parameter) }),
        });
      }),
    );
  }

  #body(label: string, value: unknown): void {
    if (value === undefined) return;
    const body = this.#document.resolve(value);
    this.page.markdown(
      `**${escapeText(label)}**${valueAt(body, "required") === true ? " (required)" : ""}`,
    );
    this.page.markdown(descriptionOf(body), 2);
    const headers = valueAt(body, "headers");
    this.#list(
      "Headers",
      isValues(headers)
        ? Object.entries(headers).map(([name, header]) =>
            item(0, codeSpan(name, false), [], descriptionOf(this.#document.resolve(header))),
          )
        : [],
    );
    const content = valueAt(body, "content");
    const seen = new Set<string>();
    for (const [type, media] of isValues(content) ? Object.entries(content) : []) {
      if (!isValues(media)) continue;
      const schema = valueAt(media, "schema");
      const name = typeOf(schema);
      this.page.markdown(`${codeSpan(type, false)}${name === "" ? "" : `: ${escapeText(name)}`}`);
      // The same body in JSON, XML and as a form is described once.
      const key = JSON.stringify(schema) ?? "";
      if (!seen.has(key)) this.#fields(fieldsOf(schema, this.#document));
      seen.add(key);
      this.#example(media);
    }
  }

  #schema(name: string, value: unknown): void {
    const schema = isValues(value) ? value : {};
    this.page.heading(3, name, `schema/${anchorOf(name)}`);
    const type = typeOf(schema);
    const notes = notesOf(schema);
    const facts = [type === "" ? "" : `Type: ${escapeText(type)}`, ...notes].filter(Boolean);
    if (facts.length > 0) this.page.markdown(`${facts.join(". ")}.`);
    this.page.markdown(textAt(schema, "description") ?? "", 3);
    this.#fields(fieldsOf(schema, this.#document));
    const example = valueAt(schema, "example");
    if (isValues(example) || Array.isArray(example)) this.#example(schema);
  }

  #example(holder: Values): void {
    const examples = valueAt(holder, "examples");
    const first = isValues(examples) ? Object.values(examples)[0] : undefined;
    const named = valueAt(this.#document.resolve(first), "value");
    const value = valueAt(holder, "example") ?? named;
    if (value === undefined) return;
    const text = typeof value === "string" ? value : JSON.stringify(value, undefined, 2);
    this.page.code(
      text.slice(0, MAX_EXAMPLE_CHARS),
      typeof value === "string" ? undefined : "json",
    );
  }

  #fields(fields: readonly SchemaField[]): void {
    this.#list(
      "",
      fields.map((field) => this.#itemOf(field)),
    );
  }

  #itemOf({ depth, name, type, isRequired, description, notes }: SchemaField): string {
    const facts = [escapeText(type), isRequired ? "required" : ""].filter((fact) => fact !== "");
    return item(depth, codeSpan(name, false), facts, description, notes);
  }

  #list(label: string, items: readonly string[]): void {
    if (items.length === 0) return;
    if (label !== "") this.page.markdown(`**${label}**`);
    this.page.markdown(items.join("\n"));
  }
}

/** A line of a list; a description of several paragraphs becomes one line of its words. */
function item(
  depth: number,
  name: string,
  facts: readonly string[],
  description: string,
  notes: readonly string[] = [],
): string {
  const known = facts.filter((fact) => fact !== "");
  const head = known.length === 0 ? name : `${name} (${known.join(", ")})`;
  const line = description.replaceAll(/\s+/g, " ").trim();
  const rest = [line, ...notes.map((note) => `${note}.`)].filter((part) => part !== "").join(" ");
  return `${"  ".repeat(depth)}- ${head}${rest === "" ? "" : `: ${rest}`}`;
}

function onlyNotes(parameter: Values): Values {
  const { example, deprecated } = parameter;
  return { ...(example !== undefined && { example }), ...(deprecated === true && { deprecated }) };
}

/** `GET /pets/{id}` -> `get-pets-id`; an operationId and the name of a schema stay as they are. */
function anchorOf(name: string): string {
  if (/^[\w.~-]+$/.test(name)) return name;
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_.~-]+/gu, "-")
    .replaceAll(/^-+|(?<!-)-+$/g, "");
}

/** Plain text that is not read as markup. */
function escapeText(text: string): string {
  return text.replaceAll(/[\\`*_[\]<>#|]/g, "\\$&").replaceAll(/\s+/g, " ");
}
