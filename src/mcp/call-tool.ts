import type { CallToolResult } from "@modelcontextprotocol/server";
import type { DocsContext } from "./docs-context.ts";
import { callFetch } from "./fetch-tool.ts";
import { callSearch, callSearchSemantically } from "./search-tool.ts";
import { callServerStatus, STATUS_TOOL } from "./server-status.ts";
import { ArgumentError } from "./tool-arguments.ts";
import { errorResult } from "./tool-result.ts";

/** `_meta` of a result: the index that it is from, so that callers know what they may keep. */
export function revisionMeta({ revision }: DocsContext): Readonly<Record<string, string>> {
  return revision === undefined ? {} : { "docport/revision": revision };
}

/**
 * Runs a tool; undefined when there is none of that name. Arguments that cannot be read are a result
 * with `isError`, which the model sees and can put right (MCP 2026-07-28, "Error Handling" of tools).
 */
export function callTool(
  context: DocsContext,
  name: string,
  given: Readonly<Record<string, unknown>>,
): CallToolResult | Promise<CallToolResult> | undefined {
  const marked = (result: CallToolResult): CallToolResult => ({
    ...(context.revision !== undefined && { _meta: revisionMeta(context) }),
    ...result,
  });
  const failed = (error: unknown): CallToolResult => marked(toolError(error));
  try {
    if (name === "fetch") return marked(callFetch(context, given));
    if (name === STATUS_TOOL && context.status) return marked(callServerStatus(context.status()));
    if (name !== "search") return undefined;
    if (!context.catalog.searchSemantically) return marked(callSearch(context, given));
    return callSearchSemantically(context, given).then(marked).catch(failed);
  } catch (error) {
    return failed(error);
  }
}

function toolError(error: unknown): CallToolResult {
  if (error instanceof ArgumentError) return errorResult(error.message);
  throw error;
}
