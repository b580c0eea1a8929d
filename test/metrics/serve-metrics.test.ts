import { describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import type { LogFields } from "../../src/lib/log.ts";
import { legacy } from "../http/mcp-requests.ts";
import { ask } from "../support/http-over.ts";
import { startServer } from "../support/start-server.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { samplesOf } from "./metrics-of.ts";

const PAGES = { "docs/install.md": "# Installation\n\nUnpack the tarball.\n" };

interface Line extends LogFields {
  readonly event: string;
}

function start(
  folder: TemporaryFolder,
  more: Readonly<Record<string, unknown>>,
  lines: Line[] = [],
): Promise<App> {
  return startApp(createConfig({ sources: ["docs"], port: 0, ...more }, folder.path), {
    fetch,
    now: Date.now,
    log: (_level, event, fields = {}) => void lines.push({ ...fields, event }),
  });
}

async function search(app: App, headers: Record<string, string> = {}): Promise<void> {
  const params = { name: "search", arguments: { query: "tarball" } };
  const response = await fetch(app.mcpUrl, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(legacy("tools/call", params)),
  });
  expect(response.status).toBe(200);
  await response.text();
}

describe("docport serve --metrics", () => {
  it("answers /metrics at an address of its own and nowhere else", async () => {
    await using folder = await temporaryFolder(PAGES);
    await using app = await start(folder, { metrics: "127.0.0.1:0" });
    await search(app);
    const response = await fetch(app.metricsUrl ?? "");
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const samples = samplesOf(await response.text());
    expect(samples.get('docport_requests_total{route="/mcp",status="200"}')).toBe(1);
    expect(samples.get('docport_tool_duration_seconds_count{tool="search"}')).toBe(1);
    expect(samples.get("docport_index_pages")).toBe(1);
    expect(samples.get("docport_index_size_bytes")).toBeGreaterThan(500);
    expect(samples.get('docport_source_up{source="docs"}')).toBe(1);

    expect((await fetch(`${app.localUrl}/metrics`)).status).toBe(404);
    const { origin } = new URL(app.metricsUrl ?? "");
    expect((await fetch(`${origin}/mcp`, { method: "POST" })).status).toBe(404);
    expect((await fetch(`${origin}/metrics`, { method: "POST" })).status).toBe(405);
    const foreign = await ask(`${origin}/metrics`, { headers: { host: "rebound.example" } });
    expect(foreign.status).toBe(403);
  });

  it("has no such address when it is not asked for", async () => {
    await using folder = await temporaryFolder(PAGES);
    await using app = await start(folder, {});
    expect(app.metricsUrl).toBeUndefined();
  });

  it("leaves nothing running when the address cannot be had", async () => {
    await using folder = await temporaryFolder(PAGES);
    const other = await startServer();
    const lines: Line[] = [];
    const refused = start(folder, { metrics: `127.0.0.1:${other.port}` }, lines);
    await expect(refused).rejects.toMatchObject({
      code: "ERR_LISTEN_IN_USE",
      hint: expect.stringContaining("--metrics"),
    });
    const [{ localUrl } = { localUrl: "" }] = lines.filter((l) => l.event === "server.listening");
    await expect(fetch(`${localUrl}/healthz`)).rejects.toThrow("fetch failed");
    await other.close();
  });
});

describe("the log of requests", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  it("has a line for each at debug, with the ids of request and trace", async () => {
    await using folder = await temporaryFolder(PAGES);
    const lines: Line[] = [];
    await using app = await start(folder, { logLevel: "debug", trustProxy: true }, lines);
    await search(app, { traceparent, "x-request-id": "proxy-7" });
    expect(lines.filter(({ event }) => event === "request.answered")).toEqual([
      {
        event: "request.answered",
        method: "POST",
        route: "/mcp",
        tool: "search",
        status: 200,
        durationMs: expect.any(Number),
        requestId: "proxy-7",
        trace_id: "0af7651916cd43dd8448eb211c80319c",
        span_id: "b7ad6b7169203331",
        trace_flags: "01",
      },
    ]);
  });

  it("has none otherwise", async () => {
    await using folder = await temporaryFolder(PAGES);
    const lines: Line[] = [];
    await using app = await start(folder, {}, lines);
    await search(app);
    expect(lines.map(({ event }) => event)).not.toContain("request.answered");
  });
});
