import type {
  ListResourcesResult,
  ReadResourceResult,
  ResourceTemplateType,
} from "@modelcontextprotocol/server";
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import type { DocsContext } from "./docs-context.ts";
import { modelName, modelText } from "./model-text.ts";
import { INDEX_URI, pageIdOfUri, pageUri } from "./page-urls.ts";
import { readStatus, STATUS_URI, statusResource } from "./server-status.ts";

export const PAGE_URI_TEMPLATE = "docs://page/{+id}";

/** Resources in one answer to `resources/list`. */
const PAGE_SIZE = 200;
/** Pages named in the index. */
const MAX_INDEX_PAGES = 1_000;
const MARKDOWN = "text/markdown";

export function resourceTemplates(): ResourceTemplateType[] {
  return [
    {
      name: "page",
      uriTemplate: PAGE_URI_TEMPLATE,
      title: "Page",
      description: "A page of the documentation as Markdown, by its id.",
      mimeType: MARKDOWN,
    },
  ];
}

/** The index, then every page in the order of the sources. The cursor is opaque to the client. */
export function listResources(
  { catalog, corpus, status }: DocsContext,
  cursor: string | undefined,
): ListResourcesResult {
  const start = cursor === undefined ? 0 : readCursor(cursor);
  const pages = catalog.pages();
  const end = Math.min(pages.length, start + PAGE_SIZE);
  const resources = pages.slice(start, end).map((page) => ({
    uri: pageUri(page.id),
    name: page.id,
    title: modelName(page.title) || page.id,
    ...(page.description !== undefined && { description: modelName(page.description, 300) }),
    mimeType: MARKDOWN,
  }));
  const index = {
    uri: INDEX_URI,
    name: "index",
    title: `Index of ${corpus.title}`,
    description: "Every page with its id and title.",
    mimeType: MARKDOWN,
  };
  return {
    resources: start === 0 ? [index, ...(status ? [statusResource] : []), ...resources] : resources,
    ...(end < pages.length && { nextCursor: `p${end}` }),
  };
}

/** Throws `ResourceNotFoundError` for a URI that is not one of ours. */
export function readResource(context: DocsContext, uri: string): ReadResourceResult {
  if (uri === INDEX_URI) {
    return { contents: [{ uri, mimeType: MARKDOWN, text: indexMarkdown(context) }] };
  }
  if (uri === STATUS_URI && context.status) return readStatus(context.status());
  const id = pageIdOfUri(uri);
  const page = id === undefined ? undefined : context.catalog.page(id);
  if (!page) throw new ResourceNotFoundError(uri, "There is no such resource");
  return { contents: [{ uri, mimeType: MARKDOWN, text: modelText(page.markdown) }] };
}

function indexMarkdown({ catalog, corpus }: DocsContext): string {
  const pages = catalog.pages();
  const lines = pages
    .slice(0, MAX_INDEX_PAGES)
    .map(({ id, title }) => `- [${modelName(title).replace(/[[\]\\]/g, "\\$&")}](${pageUri(id)})`);
  const more = pages.length - lines.length;
  if (more > 0) lines.push("", `${more} more pages: \`resources/list\` has them all.`);
  return `# ${corpus.title}\n\n${corpus.summary}\n\n${lines.join("\n")}\n`;
}

function readCursor(cursor: string): number {
  const start = /^p(\d{1,9})$/.exec(cursor)?.[1];
  if (start === undefined) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, "The cursor is not one of this list");
  }
  return Number(start);
}
