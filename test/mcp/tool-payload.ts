import type { CallToolResult } from "@modelcontextprotocol/server";
import { expect } from "vitest";

/** A tool's JSON, as text and as value, after checking that it is there twice and the same. */
export function payloadOf(result: CallToolResult): {
  readonly text: string;
  readonly value: Record<string, unknown>;
} {
  expect(result.isError).toBeUndefined();
  expect(result.content).toHaveLength(1);
  const [item] = result.content;
  const text = item?.type === "text" ? item.text : "";
  const value = JSON.parse(text) as Record<string, unknown>;
  expect(result.structuredContent).toEqual(value);
  return { text, value };
}
