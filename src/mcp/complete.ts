import type { CompleteRequestParams, CompleteResult } from "@modelcontextprotocol/server";
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { DocsContext } from "./docs-context.ts";
import { PROMPTS } from "./prompts.ts";
import { PAGE_URI_TEMPLATE } from "./resources.ts";

/** Most values that the protocol allows in one answer. */
const MAX_VALUES = 100;

/** `completion/complete`: page ids, languages and versions, for the template and the prompts. */
export function complete(context: DocsContext, params: CompleteRequestParams): CompleteResult {
  const { ref, argument } = params;
  if (ref.type === "ref/resource") {
    if (ref.uri !== PAGE_URI_TEMPLATE) {
      throw new ProtocolError(
        ProtocolErrorCode.InvalidParams,
        `There is no resource template ${JSON.stringify(ref.uri.slice(0, 100))}`,
      );
    }
    return argument.name === "id" ? completePage(context, argument.value) : result([]);
  }
  const prompt = PROMPTS.find(({ name }) => name === ref.name);
  if (!prompt) {
    throw new ProtocolError(
      ProtocolErrorCode.InvalidParams,
      `There is no prompt ${JSON.stringify(ref.name.slice(0, 100))}`,
    );
  }
  const { corpus } = context;
  switch (argument.name) {
    case "page":
      return completePage(context, argument.value);
    case "language":
      return result(corpus.languages.filter((one) => startsWith(one, argument.value)));
    case "version":
      return result(corpus.versions.filter((one) => startsWith(one, argument.value)));
    default:
      return result([]);
  }
}

/** Ids that begin with what was typed, then ids and titles that hold it. */
function completePage({ catalog }: DocsContext, typed: string): CompleteResult {
  const wanted = typed.toLowerCase().slice(0, 200);
  const first: string[] = [];
  const second: string[] = [];
  for (const { id, title } of catalog.pages()) {
    const lower = id.toLowerCase();
    if (lower.startsWith(wanted)) first.push(id);
    else if (lower.includes(wanted) || title.toLowerCase().includes(wanted)) second.push(id);
  }
  return result([...first, ...second]);
}

function startsWith(value: string, typed: string): boolean {
  return value.toLowerCase().startsWith(typed.toLowerCase());
}

function result(values: readonly string[]): CompleteResult {
  return {
    completion: {
      values: values.slice(0, MAX_VALUES),
      total: values.length,
      hasMore: values.length > MAX_VALUES,
    },
  };
}
