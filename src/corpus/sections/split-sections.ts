import GithubSlugger from "github-slugger";
import type { Section } from "../page.ts";
import type { Block, BlockHeading } from "./block.ts";
import { stripInvisible } from "./strip-invisible.ts";

/** A section before its page has an id and a URL. */
export type DraftSection = Omit<Section, "id" | "url">;

interface Draft {
  readonly level: number;
  readonly anchor: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly blocks: Block[];
}

/**
 * Splits a page at its headings. The first section is the lead: all that comes before the first
 * heading below the title, the title's own heading (the page's first, of level 1, with the same
 * text) included. Anchors are the authors' own or GitHub's slugs, and unique in the page. The
 * sections' `markdown`, joined, is the Markdown of all blocks in order, byte for byte.
 */
export function splitSections(blocks: readonly Block[], title: string): DraftSection[] {
  const slugger = new GithubSlugger();
  const taken = new Set<string>([""]);
  const drafts: Draft[] = [{ level: 0, anchor: "", title, headingPath: [title], blocks: [] }];
  const path: { level: number; title: string }[] = [];
  let metHeading = false;
  for (const block of blocks) {
    const { heading } = block;
    if (heading) {
      const anchor = anchorOf(heading, slugger);
      const isTitle = !metHeading && heading.level === 1 && sameText(heading.title, title);
      metHeading = true;
      if (!isTitle) {
        while ((path.at(-1)?.level ?? 0) >= heading.level) path.pop();
        path.push(heading);
        drafts.push({
          level: heading.level,
          anchor: unique(anchor, taken),
          title: heading.title,
          headingPath: [title, ...path.map((above) => above.title)],
          blocks: [],
        });
      }
    }
    drafts.at(-1)?.blocks.push(block);
  }
  return drafts.map(toSection);
}

function anchorOf(heading: BlockHeading, slugger: GithubSlugger): string {
  const slug = slugger.slug(heading.title);
  return heading.anchor ?? slug;
}

/** The anchor, or with the first number that makes it one that the page does not have. */
function unique(anchor: string, taken: Set<string>): string {
  const base = anchor === "" ? "section" : anchor;
  let candidate = base;
  for (let count = 1; taken.has(candidate); count += 1) candidate = `${base}-${count}`;
  taken.add(candidate);
  return candidate;
}

function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

function toSection({ blocks, ...draft }: Draft): DraftSection {
  const text = blocks.map((block) => block.text).filter((part) => part !== "");
  return {
    ...draft,
    markdown: blocks.map((block) => block.markdown + block.separator).join(""),
    text: stripInvisible(text.join("\n")),
    code: stripInvisible(blocks.flatMap((block) => block.code).join("\n")),
  };
}
