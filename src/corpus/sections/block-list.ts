import type { RootContent } from "mdast";
import { DocportError } from "../../lib/errors.ts";
import { readConverted } from "../html/read-converted.ts";
import { extendBudget, type WorkBudget, workBudget } from "../markdown/parse-budget.ts";
import { readMarkdown } from "../markdown/read-markdown.ts";
import type { Block, BlockList } from "./block.ts";
import { normalizeText } from "./strip-invisible.ts";

type Depth = 1 | 2 | 3 | 4 | 5 | 6;
const DEPTHS: readonly Depth[] = [1, 2, 3, 4, 5, 6];

/** How much longer than its source a page may be. */
const GROWTH = 20;
const FREE_CHARS = 1_000_000;

/** The blocks of a page that is put together from parts: syntax trees, and others' Markdown. */
export class BlockListBuilder implements BlockList {
  readonly blocks: Block[] = [];
  readonly links: string[] = [];
  readonly #maxDepth: number;
  /** For all stretches of Markdown together. */
  readonly #budget: WorkBudget = workBudget(0);

  /** Characters that may still be added: parts may be shared, and be written out each time. */
  #charsLeft: number;

  /** @param sourceChars length of the document that the page is made from */
  constructor(maxDepth: number, sourceChars: number) {
    this.#maxDepth = maxDepth;
    this.#charsLeft = GROWTH * sourceChars + FREE_CHARS;
  }

  add(...nodes: readonly RootContent[]): void {
    this.#append(readConverted(nodes, this.#maxDepth));
  }

  /** @param level 1-6; what is out of it is brought in */
  heading(level: number, title: string, anchor?: string): void {
    const depth = DEPTHS[Math.min(Math.max(level, 1), 6) - 1] ?? 6;
    this.add({
      type: "heading",
      depth,
      ...(anchor !== undefined && { data: { anchor } }),
      children: [{ type: "text", value: normalizeText(title).replaceAll(/\s+/g, " ").trim() }],
    });
  }

  code(value: string, language?: string): void {
    if (value.trim() !== "")
      this.add({ type: "code", lang: language ?? null, value: normalizeText(value) });
  }

  /**
   * Others' Markdown, which cannot run into what comes after it.
   * @param below its headings are put below this level; 0 leaves them
   */
  markdown(source: string, below = 0): void {
    const text = normalizeText(source);
    extendBudget(this.#budget, text.length);
    const { blocks, links } = readMarkdown(text, "markdown", this.#maxDepth, this.#budget);
    const last = blocks.at(-1);
    const whole = last ? [...blocks.slice(0, -1), closed(last)] : [];
    this.#append({ blocks: whole.map((block) => lowered(block, below)), links });
  }

  #append({ blocks, links }: BlockList): void {
    const last = this.blocks.pop();
    if (last) this.blocks.push(blocks.length > 0 ? { ...last, separator: "\n\n" } : last);
    for (const block of blocks) {
      this.#charsLeft -= block.markdown.length;
      this.blocks.push(block);
    }
    if (this.#charsLeft < 0) {
      throw new DocportError(
        "ERR_PAGE_UNREADABLE",
        "its shared parts, written out wherever they are used, make it too long",
        { hint: "Split the document." },
      );
    }
    for (const link of links) this.links.push(link);
  }
}

/** A fence that the author left open would take in what comes after it. */
function closed(block: Block): Block {
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(block.markdown)?.[1];
  if (fence === undefined || block.code.length === 0) return block;
  const lastLine = block.markdown.slice(block.markdown.lastIndexOf("\n") + 1).trim();
  const isClosed =
    block.markdown.includes("\n") &&
    lastLine.length >= fence.length &&
    lastLine === (fence[0] ?? "").repeat(lastLine.length);
  return isClosed ? block : { ...block, markdown: `${block.markdown}\n${fence}` };
}

function lowered(block: Block, below: number): Block {
  const { heading } = block;
  if (below === 0 || heading === undefined) return block;
  const level = Math.min(6, heading.level + below);
  return {
    ...block,
    heading: { ...heading, level },
    markdown: `${"#".repeat(level)} ${headingText(block.markdown)}`,
  };
}

/** What a heading says, of either form: `## Text` or a line under it. */
function headingText(markdown: string): string {
  const lines = markdown.replace(/\n[ \t]*(?:=+|-+)[ \t]*$/, "");
  return lines.replace(/^[ \t]*#{1,6}[ \t]*/, "").replaceAll("\n", " ");
}
