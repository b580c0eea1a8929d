import type { ToolAnswer } from "../call-tool.ts";
import { SearchPayload } from "../search-payload.ts";

/**
 * The members of a tool's result as JSON in UTF-8, with no braces round them and without `_meta`: the
 * rest differs between the eras. The text of a result with `structuredContent` is the JSON of just
 * that (see `jsonResult`), so it is not written anew.
 */
export function writeAnswer(answer: ToolAnswer): Buffer {
  if (answer instanceof SearchPayload) return answer.members();
  const { content, structuredContent, ...rest } = answer;
  const [item] = content;
  if (structuredContent === undefined || item?.type !== "text") return Buffer.from(members(answer));
  const text = JSON.stringify(item.text);
  const more = members(rest);
  return Buffer.from(
    `"content":[{"type":"text","text":${text}}],"structuredContent":${item.text}${more && `,${more}`}`,
  );
}

/** JSON of an object without its braces. */
export function members(value: object): string {
  return JSON.stringify(value).slice(1, -1);
}
