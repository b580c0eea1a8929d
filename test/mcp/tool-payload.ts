import { expect } from "vitest";
import { resultOf, type ToolAnswer } from "../../src/mcp/call-tool.ts";

/** A tool's JSON, as text and as value, after checking that it is there twice and the same. */
export function payloadOf(answer: ToolAnswer): {
  readonly text: string;
  readonly value: Record<string, unknown>;
} {
  const result = resultOf(answer);
  expect(result.isError).toBeUndefined();
  expect(result.content).toHaveLength(1);
  const [item] = result.content;
  const text = item?.type === "text" ? item.text : "";
  const value = JSON.parse(text) as Record<string, unknown>;
  expect(result.structuredContent).toEqual(value);
  return { text, value };
}
