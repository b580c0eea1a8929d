import type { Catalog } from "../catalog/catalog.ts";
import { describeCorpus } from "../mcp/corpus-description.ts";
import { textResponse } from "./responses.ts";

/** `GET /`: what this is and where its parts are; HTML for browsers, Markdown for everybody else. */
export function homePage(request: Request, catalog: Catalog, publicUrl: string): Response {
  const { title, summary } = describeCorpus(catalog.facts);
  const mcpUrl = new URL("/mcp", publicUrl).href;
  const vary = { vary: "accept" };
  if (!request.headers.get("accept")?.includes("text/html")) {
    return textResponse(
      200,
      `# ${title}\n\n${summary}\n\n- MCP server: ${mcpUrl}\n- All pages: ${new URL("/llms.txt", publicUrl).href}\n- Everything in one file: ${new URL("/llms-full.txt", publicUrl).href}`,
      { "content-type": "text/markdown; charset=utf-8", ...vary },
    );
  }
  const html = `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem}</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(summary)}</p>
<p>MCP server: <code>${escapeHtml(mcpUrl)}</code></p>
<p><a href="/llms.txt">All pages</a> · <a href="/llms-full.txt">Everything in one file</a></p>
</html>
`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8", ...vary } });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
