import { describe, expect, it } from "vitest";
import { startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import { createLog } from "../../src/lib/log.ts";
import { legacy, modern } from "../http/mcp-requests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Something that may never be in a log, whatever it was sent as. */
const SECRET = "hunter2correcthorse";
const KEY = `dpk_${SECRET}`;

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

/** Every path that takes something from a client, with the secret in it. */
function requests(): readonly (readonly [path: string, init?: RequestInit])[] {
  const calls: readonly (readonly [method: string, params: Record<string, unknown>])[] = [
    ["tools/call", { name: "search", arguments: { query: SECRET } }],
    ["tools/call", { name: "search", arguments: { query: [SECRET], limit: SECRET } }],
    ["tools/call", { name: "fetch", arguments: { id: SECRET } }],
    ["tools/call", { name: SECRET, arguments: {} }],
    ["tools/call", { name: "search", arguments: SECRET }],
    ["prompts/get", { name: SECRET, arguments: { topic: SECRET } }],
    ["resources/read", { uri: `docs://page/${SECRET}` }],
    ["resources/list", { cursor: SECRET }],
    [
      "completion/complete",
      { ref: { type: "ref/prompt", name: SECRET }, argument: { name: SECRET, value: SECRET } },
    ],
    [SECRET, { [SECRET]: SECRET }],
    ["initialize", { protocolVersion: SECRET, clientInfo: { name: SECRET } }],
  ];
  const odd = { traceparent: SECRET, "x-request-id": `a ${SECRET}`, "user-agent": SECRET };
  return [
    ...calls.flatMap(([method, params]) => {
      const { body, headers } = modern(method, params);
      return [
        ["/mcp", json(body, headers)] as const,
        ["/mcp", json(legacy(method, params), odd)] as const,
        ["/sse", json([legacy(method, params), SECRET])] as const,
      ];
    }),
    ["/mcp", json(legacy("tools/list", { _meta: { traceparent: SECRET, progressToken: SECRET } }))],
    ["/mcp", json(`{"jsonrpc": "${SECRET}`)],
    ["/mcp", json(SECRET, { "mcp-session-id": SECRET, "mcp-method": SECRET })],
    ["/mcp", { method: "POST", headers: { "content-type": SECRET }, body: SECRET }],
    ["/mcp", { method: "DELETE", body: SECRET }],
    [`/message?sessionId=${SECRET}`, json(legacy("tools/list"))],
    [`/?q=${SECRET}`],
    [`/search.json?q=${SECRET}`],
    [`/pages/${SECRET}.md`],
    [`/${SECRET}?key=${KEY}`],
    [`/sitemap.xml?part=${SECRET}`],
    ["/llms.txt", { headers: { cookie: SECRET, "if-none-match": SECRET } }],
  ];
}

async function logOf(more: Readonly<Record<string, unknown>>): Promise<string> {
  await using folder = await temporaryFolder({
    "docs/install.md": "# Installation\n\nUnpack the tarball.\n",
    "keys.json": JSON.stringify({ version: 1, keys: [] }),
  });
  let lines = "";
  const config = createConfig(
    { sources: ["docs"], port: 0, logLevel: "debug", trustProxy: true, ...more },
    folder.path,
  );
  const write = (line: string): void => void (lines += line);
  const log = createLog({ level: "debug", format: "json", write, now: Date.now });
  await using app = await startApp(config, { fetch, now: Date.now, log });
  const authorizations = ["", `Bearer ${KEY}`, `Basic ${SECRET}`, SECRET];
  for (const authorization of authorizations) {
    for (const [path, init] of requests()) {
      const headers = new Headers(init?.headers);
      if (authorization !== "") headers.set("authorization", authorization);
      const response = await fetch(app.localUrl + path, { ...init, headers });
      await response.text();
    }
  }
  return lines;
}

describe("the log at its loudest", () => {
  it.each([
    ["public", {}],
    ["private", { auth: { keysFile: "keys.json" } }],
  ])("has no query and no key when the documentation is %s", async (_kind, more) => {
    const lines = await logOf(more);
    expect(lines.match(/"request\.answered"/g)?.length).toBe(requests().length * 4);
    expect(lines).not.toContain(SECRET);
    expect(lines).not.toContain(SECRET.toUpperCase());
  });
});
