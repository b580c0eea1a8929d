import type { CallToolResult } from "@modelcontextprotocol/server";
import type { DocsContext } from "./docs-context.ts";
import { callFetch } from "./fetch-tool.ts";
import { SearchPayload } from "./search-payload.ts";
import { callSearch, callSearchSemantically, type SearchAnswer } from "./search-tool.ts";
import { callServerStatus, STATUS_TOOL } from "./server-status.ts";
import { ArgumentError } from "./tool-arguments.ts";
import { errorResult } from "./tool-result.ts";

/** `_meta` of a result: the index that it is from, so that callers know what they may keep. */
export function revisionMeta({ revision }: DocsContext): Readonly<Record<string, string>> {
  return revision === undefined ? {} : { "docport/revision": revision };
}

/** What a tool gives, without `_meta`. */
export type ToolAnswer = SearchAnswer;

/**
 * Runs a tool; undefined when there is none of that name. Arguments that cannot be read are a result
 * with `isError`, which the model sees and can put right (MCP 2026-07-28, "Error Handling" of tools).
 */
export function answerTool(
  context: DocsContext,
  name: string,
  given: Readonly<Record<string, unknown>>,
): ToolAnswer | Promise<ToolAnswer> | undefined {
  try {
    if (name === "fetch") return callFetch(context, given);
    if (name === STATUS_TOOL && context.status) return callServerStatus(context.status());
    if (name !== "search") return undefined;
    if (!context.catalog.searchSemantically) return callSearch(context, given);
    return callSearchSemantically(context, given).catch(toolError);
  } catch (error) {
    return toolError(error);
  }
}

/** As {@link answerTool}, as the protocol has it. */
export function callTool(
  context: DocsContext,
  name: string,
  given: Readonly<Record<string, unknown>>,
): CallToolResult | Promise<CallToolResult> | undefined {
  const marked = (answer: ToolAnswer): CallToolResult => ({
    ...(context.revision !== undefined && { _meta: revisionMeta(context) }),
    ...resultOf(answer),
  });
  const answer = answerTool(context, name, given);
  return answer instanceof Promise ? answer.then(marked) : answer && marked(answer);
}

/** An answer as the protocol has it, without `_meta`. */
export function resultOf(answer: ToolAnswer): CallToolResult {
  return answer instanceof SearchPayload ? answer.result() : answer;
}

function toolError(error: unknown): CallToolResult {
  if (error instanceof ArgumentError) return errorResult(error.message);
  throw error;
}
