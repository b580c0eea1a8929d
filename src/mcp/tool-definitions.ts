import type { Tool } from "@modelcontextprotocol/server";
import { type CorpusDescription, listed, MAX_ENUM_VALUES } from "./corpus-description.ts";
import { DEFAULT_FETCH_TOKENS } from "./fetch-tool.ts";
import { DEFAULT_SEARCH_LIMIT, DEFAULT_SEARCH_TOKENS, MAX_SEARCH_LIMIT } from "./search-tool.ts";
import { MAX_RESULT_CHARS, MIN_TOKENS } from "./tool-result.ts";

/** Nothing is written, nothing outside this documentation is touched. */
const READ_ONLY = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
} as const;

/** Lets Claude Code take a result of our own largest size whole. */
const RESULT_SIZE = { "anthropic/maxResultSizeChars": MAX_RESULT_CHARS } as const;

/**
 * The tools as they are listed: always in this order, made from the corpus's facts alone. Schemas
 * are flat (no `$ref`, no type arrays, no exclusive bounds), because some clients read no others.
 */
export function defineTools(corpus: CorpusDescription): readonly Tool[] {
  return [searchTool(corpus), fetchTool(corpus)];
}

function searchTool(corpus: CorpusDescription): Tool {
  const title = `Search ${corpus.title}`;
  return {
    name: "search",
    title,
    description: [
      `Searches the documentation and returns the sections that answer best, each with an id for \`fetch\`, a URL to cite and a snippet.`,
      corpus.summary,
      "Use it before answering any question about this subject, even when you think you know the answer: what it says is current.",
      "One topic a query, in the words of the documentation; names of options, commands and errors work as they are.",
    ].join(" "),
    inputSchema: {
      type: "object",
      properties: {
        query: {
          type: "string",
          description: "What to look for: a question, keywords, an identifier or an error message.",
        },
        ...facet("source", corpus.sources, 2, "Only this one of the documentations"),
        ...facet("language", corpus.languages, 2, "Language of the results (BCP 47)"),
        ...facet("version", corpus.versions, 1, "Only this version of the documentation"),
        section: {
          type: "string",
          description: `Only this part of the documentation, as the beginning of ids${
            corpus.sections.length > 0 ? `, for example: ${listed(corpus.sections, 5)}` : ""
          }.`,
        },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: MAX_SEARCH_LIMIT,
          description: `Most results. Default ${DEFAULT_SEARCH_LIMIT}.`,
        },
        max_tokens: budget(DEFAULT_SEARCH_TOKENS),
      },
      required: ["query"],
    },
    outputSchema: {
      type: "object",
      properties: {
        results: {
          type: "array",
          items: {
            type: "object",
            properties: {
              id: { type: "string" },
              title: { type: "string" },
              url: { type: "string" },
              heading_path: { type: "string" },
              snippet: { type: "string" },
              source: { type: "string" },
              language: { type: "string" },
              version: { type: "string" },
              modified: { type: "string", description: "Day of the last change." },
              revision: { type: "string", description: "Revision of the source." },
              note: { type: "string" },
            },
            required: ["id", "title", "url"],
          },
        },
        answered: { type: "boolean", description: "False when nothing really answers the query." },
        corrected: { type: "string", description: "The query as it was understood." },
        notice: { type: "string" },
        omitted: { type: "object", description: "What did not fit, and the call that gets it." },
      },
      required: ["results"],
    },
    annotations: { title, ...READ_ONLY },
    _meta: RESULT_SIZE,
  };
}

function fetchTool(corpus: CorpusDescription): Tool {
  const title = `Read ${corpus.title}`;
  return {
    name: "fetch",
    title,
    description:
      "Returns a page as Markdown, or one section of it with its subsections, by an id from `search` or by a URL of the documentation. When the text is cut, the answer says where and gives the call for the rest. Cite the `url`.",
    inputSchema: {
      type: "object",
      properties: {
        id: {
          type: "string",
          description:
            "Id from `search` (a page, or `page#section`), or a URL of the documentation.",
        },
        ...facet("source", corpus.sources, 2, "The documentation that the id is of"),
        max_tokens: budget(DEFAULT_FETCH_TOKENS),
        offset: {
          type: "integer",
          minimum: 0,
          description: "Character to begin at, from `truncated` of an earlier answer. Default 0.",
        },
      },
      required: ["id"],
    },
    outputSchema: {
      type: "object",
      properties: {
        id: { type: "string" },
        title: { type: "string" },
        text: { type: "string" },
        url: { type: "string" },
        metadata: { type: "object", additionalProperties: { type: "string" } },
        notice: { type: "string" },
        truncated: { type: "object", description: "What was cut, and the call that gets it." },
        contents: {
          type: "array",
          description: "Sections that were cut.",
          items: {
            type: "object",
            properties: { id: { type: "string" }, title: { type: "string" } },
            required: ["id", "title"],
          },
        },
      },
      required: ["id", "title", "text", "url", "metadata"],
    },
    annotations: { title, ...READ_ONLY },
    _meta: RESULT_SIZE,
  };
}

interface StringProperty {
  readonly type: "string";
  readonly description: string;
  readonly enum?: string[];
}

/** A filter, offered only when the corpus has enough values to choose from. */
function facet(
  name: string,
  values: readonly string[],
  atLeast: number,
  description: string,
): Readonly<Record<string, StringProperty>> {
  if (values.length < atLeast) return {};
  return {
    [name]:
      values.length <= MAX_ENUM_VALUES
        ? { type: "string", enum: [...values], description: `${description}.` }
        : { type: "string", description: `${description}: ${listed(values, 60)}.` },
  };
}

function budget(defaultTokens: number): Readonly<Record<string, string | number>> {
  return {
    type: "integer",
    minimum: MIN_TOKENS,
    description: `The answer is never longer than this. Default ${defaultTokens}.`,
  };
}
