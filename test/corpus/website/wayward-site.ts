import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { onTestFinished } from "vitest";

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a URL answers with: text (HTML unless it does not begin with `<`), or whatever it likes. */
export type Answer = string | number | Handler | undefined;

export interface WaywardSite {
  /** Ends in a slash. */
  readonly url: string;
  /** Paths and queries that were asked for, in order. */
  readonly requested: string[];
  readonly requests: IncomingMessage[];
  /** The most requests that were open at the same time. */
  readonly mostAtOnce: () => number;
  /** May be changed between two loads. */
  answers: Record<string, Answer>;
  /** Answers what is not among `answers`. */
  otherwise: Handler | undefined;
}

/** A site in this process that does whatever it is told to; what it does not know is 404. */
export async function waywardSite(answers: Record<string, Answer> = {}): Promise<WaywardSite> {
  let open = 0;
  let most = 0;
  const server = createServer((request, response) => {
    open += 1;
    most = Math.max(most, open);
    response.once("close", () => (open -= 1));
    const path = request.url ?? "";
    site.requested.push(path);
    site.requests.push(request);
    const answer = Object.hasOwn(site.answers, path) ? site.answers[path] : undefined;
    if (typeof answer === "function") return answer(request, response);
    if (answer === undefined && site.otherwise) return site.otherwise(request, response);
    if (typeof answer === "string") return send(response, answer);
    response.writeHead(answer ?? 404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const site: WaywardSite = {
    url: `http://127.0.0.1:${port}/`,
    requested: [],
    requests: [],
    mostAtOnce: () => most,
    answers,
    otherwise: undefined,
  };
  return site;
}

export function send(
  response: ServerResponse,
  text: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = typeof text === "string" && !/^\s*</.test(text) ? "text/plain" : "text/html";
  response.writeHead(200, { "content-type": type, ...headers }).end(text);
}

export const redirect =
  (location: string, status = 302): Handler =>
  (_, response) =>
    void response.writeHead(status, { location }).end();

/** A page of HTML with a title, words of its own, and links. */
export function page(title: string, links: readonly string[] = [], head = ""): string {
  const anchors = links.map((href) => `<a href="${href}">link</a>`).join(" ");
  return `<!doctype html><html lang="en"><head><title>${title}</title>${head}</head><body><nav>${anchors}</nav><main><h1>${title}</h1><p>Words about ${title}.</p></main></body></html>`;
}

export function sitemap(site: WaywardSite, paths: Readonly<Record<string, string>>): string {
  const entries = Object.entries(paths).map(([path, lastmod]) => {
    const date = lastmod === "" ? "" : `<lastmod>${lastmod}</lastmod>`;
    return `<url><loc>${new URL(path, site.url).href}</loc>${date}</url>`;
  });
  return `<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join("")}</urlset>`;
}

/** `sitemap` with its type, which keeps it from being taken for a page. */
export const xml =
  (text: string): Handler =>
  (_, response) =>
    send(response, text, { "content-type": "application/xml" });
