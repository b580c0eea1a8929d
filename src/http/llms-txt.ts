import type { Catalog, CatalogPage, CatalogPageSummary } from "../catalog/catalog.ts";
import { describeCorpus } from "../mcp/corpus-description.ts";
import { modelName, modelText } from "../mcp/model-text.ts";
import { createPageUrls, pagePath } from "../mcp/page-urls.ts";
import type { AccessGate } from "./auth/access-gate.ts";
import type { SharedText, SharedTexts } from "./shared-texts.ts";

/**
 * `/llms.txt` (llmstxt.org): the corpus as a list of links, grouped by the first part of the page
 * ids. The links lead to the Markdown that this server gives.
 */
export function* llmsTxt(
  catalog: Catalog,
  publicUrl: string,
  accepts?: AccessGate["accepts"],
): Generator<string> {
  const { title, summary } = describeCorpus(catalog.facts);
  const url = new URL("/mcp", publicUrl).href;
  yield `# ${title}\n\n> ${summary}\n\nMCP server: ${url}${accepts ? signInNote(accepts) : ""}\n`;
  const groups = new Map<string, CatalogPageSummary[]>();
  for (const page of catalog.pages()) {
    const name = page.id.includes("/") ? (page.id.split("/", 1)[0] ?? "") : "Pages";
    const group = groups.get(name);
    if (group) group.push(page);
    else groups.set(name, [page]);
  }
  for (const [name, pages] of groups) {
    yield `\n## ${modelName(name, 80)}\n\n`;
    for (const page of pages) {
      const label = modelName(page.title).replace(/[[\]\\]/g, "\\$&") || page.id;
      const description =
        page.description === undefined ? "" : `: ${modelName(page.description, 300)}`;
      yield `- [${label}](${new URL(pagePath(page.id), publicUrl).href})${description}\n`;
    }
  }
}

/** How a client of private documentation gets in, to be put after the address. */
export function signInNote({ keys, oauth }: AccessGate["accepts"]): string {
  const ways = [
    ...(oauth ? ["sign in by OAuth"] : []),
    ...(keys ? ["send a key as `Authorization: Bearer KEY`"] : []),
  ];
  return ` (private: ${ways.join(", or ")})`;
}

/** `/llms-full.txt`: every page, one after the other, each under its title and public URL. */
export function* llmsFullTxt(
  catalog: Catalog,
  publicUrl: string,
  texts: SharedTexts,
): Generator<string | SharedText> {
  const { title, summary } = describeCorpus(catalog.facts);
  yield `# ${title}\n\n> ${summary}\n`;
  const urls = createPageUrls(catalog.facts.baseUrl, publicUrl);
  for (const { id, url } of catalog.pages()) {
    yield "\n";
    // A page is decoded only when nobody is being sent its text.
    yield pageText(catalog, id, urls.absolute(url, id), texts);
    yield "\n";
  }
}

/**
 * A page as Markdown, with the URL that it is from.
 *
 * @param page where it is at hand already.
 */
export function pageText(
  catalog: Catalog,
  id: string,
  url: string,
  texts: SharedTexts,
  page?: CatalogPage,
): SharedText {
  return texts.get(`${catalog.revision} ${url} ${id}`, () => {
    const found = page ?? catalog.page(id);
    if (!found) throw new Error(`page ${id} is not in its own catalog`);
    return pageMarkdown(found, url);
  });
}

/** A page with its title, when the text does not begin with one, and where it is from. */
function pageMarkdown(
  page: { readonly title: string; readonly markdown: string },
  url: string,
): string {
  const text = modelText(page.markdown).trim();
  const [heading = ""] = text.split("\n", 1);
  const hasTitle = /^#\s/.test(heading);
  const title = hasTitle ? heading : `# ${modelName(page.title)}`;
  const rest = hasTitle ? text.slice(heading.length).trimStart() : text;
  return `${title}\n\nSource: ${url}\n\n${rest}\n`;
}

/** A body that makes the next piece only when the client has taken the one before. */
export function streamText(pieces: Iterable<string | SharedText>): ReadableStream<Uint8Array> {
  const iterator = slicesOf(pieces);
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      // Many small pieces in one chunk: a chunk costs more than its bytes.
      let chunk = "";
      while (chunk.length < 16_384) {
        const next = iterator.next();
        if (next.done) {
          if (chunk !== "") controller.enqueue(encoder.encode(chunk));
          controller.close();
          return;
        }
        chunk += next.value;
      }
      controller.enqueue(encoder.encode(chunk));
    },
    cancel() {
      iterator.return(undefined);
    },
  });
}

/** Pieces of a length that may lie in the buffer of each client that reads slowly. */
function* slicesOf(pieces: Iterable<string | SharedText>): Generator<string, undefined> {
  for (const piece of pieces) {
    // Held until its end, so that others who are sent the same share it.
    const shared = typeof piece === "string" ? { text: piece } : piece;
    for (let at = 0; at < shared.text.length; ) {
      let end = at + 16_384;
      // A pair of surrogates is one character.
      if ((shared.text.charCodeAt(end) & 0xfc00) === 0xdc00) end += 1;
      yield shared.text.slice(at, end);
      at = end;
    }
  }
  return undefined;
}
