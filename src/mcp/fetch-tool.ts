import type { CallToolResult } from "@modelcontextprotocol/server";
import type { CatalogPage, CatalogSection } from "../catalog/catalog.ts";
import { cleanLine } from "./clean-text.ts";
import type { DocsContext } from "./docs-context.ts";
import { cutMarkdown } from "./markdown-cut.ts";
import { modelName, prepareModelText } from "./model-text.ts";
import { resolveId } from "./page-urls.ts";
import { isoDate } from "./provenance.ts";
import { matchSource, sourceOf, withSource } from "./sources.ts";
import { countTokens, fitTokens } from "./token-count.ts";
import { ArgumentError, type ArgumentSpecs, parseArguments } from "./tool-arguments.ts";
import { fitsBudget, jsonResult, MAX_RESULT_CHARS, MIN_TOKENS } from "./tool-result.ts";

export const DEFAULT_FETCH_TOKENS = 8_000;

/** Most entries in the list of sections that were cut. */
const MAX_CONTENTS = 40;

export const FETCH_ARGUMENTS: ArgumentSpecs = {
  id: {
    type: "string",
    isRequired: true,
    maxChars: 2_000,
    aliases: [
      "url",
      "uri",
      "page",
      "pageId",
      "path",
      "docId",
      "documentId",
      "document",
      "section",
      "sectionId",
      "ids",
      "link",
    ],
  },
  max_tokens: {
    type: "integer",
    min: MIN_TOKENS,
    max: 1_000_000,
    aliases: ["tokens", "tokenBudget", "budget", "tokenLimit"],
  },
  offset: { type: "integer", min: 0, aliases: ["start", "startIndex", "from", "position"] },
};

/** A page, or a section with its subsections: a stretch of a page's Markdown. */
interface Target {
  readonly page: CatalogPage;
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly headingPath: readonly string[];
  readonly start: number;
  readonly end: number;
}

/**
 * The `fetch` tool. Its result always has `{id, title, text, url, metadata}` and is never above
 * `max_tokens`; when the text was cut, `truncated` says where and gives the call for the rest, and
 * `contents` names the sections in it.
 * Throws `ArgumentError` for arguments that cannot be read and for an id that there is not.
 */
export function callFetch(
  context: DocsContext,
  raw: Readonly<Record<string, unknown>>,
): CallToolResult {
  const { strings, integers, notices } = parseArguments(
    raw,
    withSource(FETCH_ARGUMENTS, context.corpus),
  );
  const target = findTarget(context, strings.get("id") ?? "", strings.get("source"));
  const maxTokens = integers.get("max_tokens") ?? DEFAULT_FETCH_TOKENS;
  const offset = integers.get("offset") ?? 0;
  const total = target.end - target.start;
  if (offset > 0 && offset >= total) {
    throw new ArgumentError(
      `"offset" ${offset} is past the end: ${JSON.stringify(target.id)} has ${total} characters.`,
    );
  }
  const rest = target.page.markdown.slice(
    target.start + offset,
    Math.min(target.end, target.start + offset + MAX_RESULT_CHARS),
  );
  const shown = prepareModelText(target.page.markdown);
  const from = target.start + offset;
  const base = {
    id: target.id,
    title: modelName(target.title) || target.id,
    text: "",
    url: context.urls.absolute(target.url, target.page.id),
    metadata: metadataOf(context, target),
    ...(notices.length > 0 && { notice: notices.join(" ").slice(0, 1_000) }),
  };

  if (offset + rest.length === total) {
    const whole = { ...base, text: shown.slice(from, from + rest.length) };
    const text = JSON.stringify(whole);
    if (fitsBudget(text, maxTokens)) return jsonResult(text, whole);
  }
  const asked = integers.has("max_tokens") ? { max_tokens: maxTokens } : {};
  const truncatedAt = (length: number): Readonly<Record<string, unknown>> => ({
    from: offset,
    to: offset + length,
    of: total,
    next_call: { name: "fetch", arguments: { id: target.id, offset: offset + length, ...asked } },
  });
  return cutToBudget(
    { ...base, truncated: truncatedAt(total) },
    rest,
    maxTokens,
    (length, room) => ({
      ...base,
      text: shown.slice(from, from + length),
      truncated: truncatedAt(length),
      ...contentsAfter(target, offset + length, room),
    }),
  );
}

/** Shrinks the text until the whole of the result is within the budget. */
function cutToBudget(
  frame: Readonly<Record<string, unknown>>,
  rest: string,
  maxTokens: number,
  build: (length: number, contentsTokens: number) => Readonly<Record<string, unknown>>,
): CallToolResult {
  const frameText = JSON.stringify(frame);
  const room = maxTokens - countTokens(frameText);
  const roomInChars = MAX_RESULT_CHARS - frameText.length;
  // The text gets what the frame leaves; of that an eighth goes to the list of what was cut.
  for (let share = 7 / 8; share > 0.01; share *= 0.8) {
    const escaped = JSON.stringify(
      rest.slice(0, Math.max(0, Math.floor(roomInChars * share))),
    ).slice(1, -1);
    const fitting = fitTokens(escaped, room * share);
    const length = cutMarkdown(rest, unescapedLength(escaped.slice(0, fitting)));
    if (length === 0) break;
    const contentsTokens = room * (1 - share);
    for (const tokens of [contentsTokens, 0]) {
      const value = build(length, tokens);
      const text = JSON.stringify(value);
      if (fitsBudget(text, maxTokens)) return jsonResult(text, value);
    }
  }
  throw new ArgumentError(
    `"max_tokens" ${maxTokens} is too small for this page: send at least ${countTokens(frameText) + MIN_TOKENS}.`,
  );
}

/** Length of the text whose JSON string body this is. `fitTokens` never cuts inside an escape. */
function unescapedLength(escaped: string): number {
  const text: unknown = JSON.parse(`"${escaped}"`);
  return typeof text === "string" ? text.length : 0;
}

function findTarget(context: DocsContext, id: string, source: string | undefined): Target {
  const within = source === undefined ? undefined : matchSource(source, context.corpus);
  const found =
    (within !== undefined && resolveId(context.catalog, `${within}/${id}`)) ||
    resolveId(context.catalog, id);
  if (!found) throw new ArgumentError(notFound(context, id));
  const { page, section } = found;
  if (section === undefined || section.level === 0) {
    return { ...page, page, headingPath: [page.title], start: 0, end: page.markdown.length };
  }
  return { ...section, page, end: endWithSubsections(page, section) };
}

/** Where the first later section of the same or a higher rank begins. */
function endWithSubsections(page: CatalogPage, section: CatalogSection): number {
  const next = page.sections.find((one) => one.start > section.start && one.level <= section.level);
  return next?.start ?? page.markdown.length;
}

function notFound({ catalog }: DocsContext, id: string): string {
  const words = id
    .slice(0, 200)
    .replace(/^[a-z]+:\/\/[^/]*/, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ");
  const closest = words.trim() === "" ? [] : catalog.search(words, { limit: 3 }).hits;
  const hint =
    closest.length > 0
      ? ` Closest: ${closest.map((hit) => JSON.stringify(hit.id)).join(", ")}.`
      : " Use `search` to find ids.";
  return `There is no page or section ${JSON.stringify(cleanLine(id, 120))}.${hint}`;
}

/** Flat strings only, as ChatGPT documents the field. */
function metadataOf({ corpus }: DocsContext, target: Target): Readonly<Record<string, string>> {
  const { page } = target;
  return {
    source: sourceOf(page.id, corpus) ?? corpus.title,
    page_id: page.id,
    heading_path: modelName(target.headingPath.map((one) => cleanLine(one, 100)).join(" > "), 300),
    language: page.language,
    ...(page.version !== undefined && { version: modelName(page.version, 40) }),
    ...(Number.isSafeInteger(page.modifiedAt) && { modified: isoDate(page.modifiedAt ?? 0) }),
    ...(page.revision !== undefined && { revision: modelName(page.revision, 80) }),
  };
}

/** The sections that begin after the cut, as far as the tokens go. */
function contentsAfter(
  target: Target,
  offset: number,
  maxTokens: number,
): { readonly contents?: readonly { readonly id: string; readonly title: string }[] } {
  const contents: { id: string; title: string }[] = [];
  let tokens = 0;
  for (const section of target.page.sections) {
    if (section.start < target.start + offset || section.start >= target.end) continue;
    const entry = { id: section.id, title: modelName(section.title, 100) };
    tokens += countTokens(JSON.stringify(entry));
    if (tokens > maxTokens || contents.length === MAX_CONTENTS) break;
    contents.push(entry);
  }
  return contents.length > 0 ? { contents } : {};
}
