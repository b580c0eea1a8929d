import type { BlockContent, ListItem, Paragraph, PhrasingContent, Table } from "mdast";
import { parseInline, type RstNames } from "./rst-inline.ts";
import type { RstTable } from "./rst-tables.ts";

/** A paragraph, the ends of its source's lines as spaces. */
export function paragraphOf(children: readonly PhrasingContent[]): Paragraph {
  return {
    type: "paragraph",
    children: children.map((child) =>
      child.type === "text"
        ? { ...child, value: child.value.replaceAll(/(?<!\s)\s*\n\s*/g, " ") }
        : child,
    ),
  };
}

/** An item that begins with a name; the first paragraph of its text stands beside it. */
export function fieldNode(
  name: string,
  blocks: readonly BlockContent[],
  isCode: boolean,
): ListItem {
  const label: PhrasingContent = isCode
    ? { type: "inlineCode", value: name }
    : { type: "strong", children: [{ type: "text", value: name.replaceAll("\\", "") }] };
  const [first, ...rest] = blocks;
  const children: BlockContent[] =
    first?.type === "paragraph"
      ? [
          {
            type: "paragraph",
            children: [label, { type: "text", value: ": " }, ...first.children],
          },
          ...rest,
        ]
      : [{ type: "paragraph", children: [label] }, ...blocks];
  return { type: "listItem", spread: false, children };
}

/** A table of Markdown always has a head: its first row, when the source names none. */
export function tableNode({ rows, headRows }: RstTable, names: RstNames): Table {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const empty = Array.from({ length: width }, () => "");
  const head = headRows === 0 ? [empty] : [mergeRows(rows.slice(0, headRows), width)];
  return {
    type: "table",
    children: [...head, ...rows.slice(headRows)].map((row) => ({
      type: "tableRow",
      children: empty.map((_, at) => ({
        type: "tableCell",
        children: parseInline((row[at] ?? "").replaceAll(/^[-*+]\s+(?=\S)/g, ""), names),
      })),
    })),
  };
}

function mergeRows(rows: readonly (readonly string[])[], width: number): readonly string[] {
  return Array.from({ length: width }, (_, at) =>
    rows
      .map((row) => row[at] ?? "")
      .filter((cell) => cell !== "")
      .join(" "),
  );
}
