import type { GetPromptResult, Prompt } from "@modelcontextprotocol/server";
import { ProtocolError, ProtocolErrorCode } from "@modelcontextprotocol/server";
import type { DocsContext } from "./docs-context.ts";
import { prepareModelText } from "./model-text.ts";
import { pageUri, resolveId } from "./page-urls.ts";

/** Longest argument of a prompt, in UTF-16 units. */
const MAX_ARGUMENT_CHARS = 4_000;
/** Longest page that a prompt carries with it. */
const MAX_PAGE_CHARS = 45_000;

export const PROMPTS: readonly Prompt[] = [
  {
    name: "answer-from-docs",
    title: "Answer from the documentation",
    description: "Answers a question from this documentation alone, with links to what it used.",
    arguments: [
      { name: "question", description: "The question", required: true },
      { name: "language", description: "Language of the documentation to prefer (BCP 47)" },
      { name: "version", description: "Version of the documentation" },
    ],
  },
  {
    name: "explain-page",
    title: "Explain a page",
    description: "Explains a page of this documentation to somebody new to it.",
    arguments: [{ name: "page", description: "Id or URL of the page", required: true }],
  },
];

/** Throws `ProtocolError` (invalid params) for an unknown prompt, a missing argument or page. */
export function getPrompt(
  context: DocsContext,
  name: string,
  given: Readonly<Record<string, string>>,
): GetPromptResult {
  const prompt = PROMPTS.find((one) => one.name === name);
  if (!prompt) throw invalid(`There is no prompt ${JSON.stringify(name.slice(0, 100))}`);
  const values = new Map(
    Object.entries(given).map(([key, value]) => [key, value.trim().slice(0, MAX_ARGUMENT_CHARS)]),
  );
  for (const { name: argument, required } of prompt.arguments ?? []) {
    if (required && !values.get(argument)) throw invalid(`The argument "${argument}" is missing`);
  }
  return name === "explain-page"
    ? explainPage(context, values.get("page") ?? "")
    : answerFromDocs(context, values);
}

function answerFromDocs(
  { corpus }: DocsContext,
  values: ReadonlyMap<string, string>,
): GetPromptResult {
  const filters = ["language", "version"]
    .filter((name) => values.get(name))
    .map((name) => ` with \`${name}\` ${JSON.stringify(values.get(name))}`)
    .join(" and");
  return message(
    [
      `Answer this question from the documentation "${corpus.title}" alone:`,
      "",
      values.get("question") ?? "",
      "",
      `Call \`search\`${filters}, read what looks right with \`fetch\`, and answer only with what is written there. Link the \`url\` of every section you used. If the documentation does not answer the question, say so.`,
    ].join("\n"),
  );
}

function explainPage(context: DocsContext, id: string): GetPromptResult {
  const page = resolveId(context.catalog, id)?.page;
  if (!page) throw invalid(`There is no page ${JSON.stringify(id.slice(0, 100))}`);
  const isCut = page.markdown.length > MAX_PAGE_CHARS;
  const more = isCut ? ` It is cut; \`fetch\` ${JSON.stringify(page.id)} has all of it.` : "";
  const { messages } = message(
    `Explain this page of "${context.corpus.title}" to somebody who is new to it: what it is for, the steps or facts that matter, and what to read next.${more}`,
  );
  const text = prepareModelText(page.markdown).slice(0, MAX_PAGE_CHARS);
  const resource = { uri: pageUri(page.id), mimeType: "text/markdown", text };
  return { messages: [{ role: "user", content: { type: "resource", resource } }, ...messages] };
}

function message(text: string): GetPromptResult {
  return { messages: [{ role: "user", content: { type: "text", text } }] };
}

function invalid(text: string): ProtocolError {
  return new ProtocolError(ProtocolErrorCode.InvalidParams, text);
}
