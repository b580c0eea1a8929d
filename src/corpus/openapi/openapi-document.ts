import { parseDocument } from "yaml";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { isValues, type Values, valueAt } from "../site/values.ts";

/** A handful of aliases is a style; thousands are an attack on memory. */
const MAX_YAML_ALIASES = 1000;
/** Flow brackets or block markers in a row: nesting that would only be there to exhaust us. */
const DEEP = /(?:[[{]\s*|[-?][ \t]+){200}/;
const MAX_DEPTH = 200;
/** How often a `$ref` may lead to another one. */
const MAX_REF_STEPS = 20;

/** A description of an API, and what its local references lead to. */
export class OpenapiDocument {
  readonly root: Values;

  /** Throws ERR_PAGE_UNREADABLE for what is not OpenAPI 3 in JSON or YAML. */
  constructor(text: string) {
    const root = parse(text);
    const version = isValues(root) ? valueAt(root, "openapi") : undefined;
    if (!isValues(root) || !/^3\.\d/.test(String(version))) {
      throw unreadable("it is no description of an API in OpenAPI 3");
    }
    this.root = root;
  }

  /** The value itself, or what its `$ref` leads to inside the document; {} for anything else. */
  resolve(value: unknown): Values {
    let current = value;
    for (let step = 0; step < MAX_REF_STEPS && isValues(current); step += 1) {
      const reference = valueAt(current, "$ref");
      if (typeof reference !== "string") return current;
      if (!reference.startsWith("#/")) return {};
      current = valueAt(this.root, ...reference.slice(2).split("/").map(unescapePointer));
    }
    return {};
  }
}

/** RFC 6901, and percent-encoding since it is in a URL. */
function unescapePointer(segment: string): string {
  let decoded = segment;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    // A lone percent sign stands for itself.
  }
  return decoded.replaceAll("~1", "/").replaceAll("~0", "~");
}

function parse(text: string): unknown {
  try {
    if (/^\s*\{/.test(text)) return shallow(JSON.parse(text));
    if (DEEP.test(text)) throw new Error("it is nested too deeply");
    const document = parseDocument(text, { logLevel: "error", uniqueKeys: false });
    const [error] = document.errors;
    if (error) throw error;
    return shallow(document.toJS({ maxAliasCount: MAX_YAML_ALIASES }));
  } catch (cause) {
    const [reason = ""] = messageOf(cause).split("\n");
    throw unreadable(`it cannot be read: ${reason.replace(/:$/, "")}`, cause);
  }
}

/** The value, when nothing in it is deeper than `MAX_DEPTH`. Does not recurse itself. */
function shallow(value: unknown): unknown {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) throw new Error("it is nested too deeply");
    level = level.flatMap((one): unknown[] =>
      typeof one === "object" && one !== null ? Object.values(one) : [],
    );
  }
  return value;
}

function unreadable(reason: string, cause?: unknown): DocportError {
  return new DocportError("ERR_PAGE_UNREADABLE", reason, {
    hint: "Check it with the validator of OpenAPI.",
    cause,
  });
}
