import type { CallToolResult } from "@modelcontextprotocol/server";
import { countTokens } from "./token-count.ts";

/** Longest text of a result, whatever `max_tokens` says: clients set longer ones aside. */
export const MAX_RESULT_CHARS = 45_000;

/** Smallest `max_tokens`: below it not even one result with its URL fits. */
export const MIN_TOKENS = 256;

/**
 * A result in the shape that ChatGPT requires: the JSON as exactly one text item, and the same as
 * `structuredContent`. Clients hand one of the two to the model, so budgets are counted on the text.
 */
export function jsonResult(text: string, value: Readonly<Record<string, unknown>>): CallToolResult {
  return { content: [{ type: "text", text }], structuredContent: value };
}

/** A failure that the model can put right: what is wrong and what to do, as a result. */
export function errorResult(message: string): CallToolResult {
  return { content: [{ type: "text", text: message }], isError: true };
}

/** Whether a result's text is within both bounds. */
export function fitsBudget(text: string, maxTokens: number): boolean {
  return text.length <= MAX_RESULT_CHARS && countTokens(text) <= maxTokens;
}
