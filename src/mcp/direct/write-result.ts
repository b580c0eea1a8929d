import type { CallToolResult } from "@modelcontextprotocol/server";

/**
 * The members of a tool's result as JSON, with no braces round them and without `_meta`: the rest
 * differs between the eras. The text of a result with `structuredContent` is the JSON of just that
 * (see `jsonResult`), so it is not written anew.
 */
export function writeResult({ _meta, ...result }: CallToolResult): string {
  const { content, structuredContent, ...rest } = result;
  const [item] = content;
  if (structuredContent === undefined || item?.type !== "text") return members(result);
  const text = JSON.stringify(item.text);
  const more = members(rest);
  return `"content":[{"type":"text","text":${text}}],"structuredContent":${item.text}${more && `,${more}`}`;
}

/** JSON of an object without its braces. */
export function members(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
