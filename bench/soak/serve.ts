// The server of bench/soak.ts, as src/app.ts builds it, with an index that is swapped when asked.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConfig } from "../../src/config.ts";
import { createHttpHandler } from "../../src/http/create-http-handler.ts";
import { createHostPolicy } from "../../src/http/host-policy.ts";
import { keepGaps } from "../../src/keep-gaps.ts";
import { silentLog } from "../../src/lib/log.ts";
import { loadCatalog } from "../../src/load-catalog.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import { createMetrics } from "../../src/metrics/create-metrics.ts";
import { listenHttp } from "../../src/net/http-listener.ts";
import type { Sample } from "../soak.ts";

const [folder = ""] = process.argv.slice(2);
const config = createConfig({ sources: [folder], port: 0 }, process.cwd());
const load = (): ReturnType<typeof loadCatalog> => loadCatalog(config, { fetch, now: Date.now });
let catalog = await load();

const data = mkdtempSync(join(tmpdir(), "docport-soak-"));
const gaps = keepGaps(data, { now: Date.now, log: silentLog });
const metrics = createMetrics({
  version: "soak",
  index: () => catalog,
  sources: () => [],
  unreadablePages: () => 0,
  certificate: () => undefined,
  load: () => handler.load(),
});
const parts = { catalog: () => catalog, publicUrl: "http://localhost" };
const handler = createHttpHandler({
  ...parts,
  createServer: createMcpServerFactory({
    ...parts,
    version: "soak",
    onUnanswered: gaps.onUnanswered,
  }),
  hosts: createHostPolicy({ host: "127.0.0.1" }),
  observer: metrics,
});
const listener = await listenHttp({
  host: "127.0.0.1",
  port: 0,
  handler: (request, peer) => handler.fetch(request, peer),
});

process.on("message", (what) => void answer(what));
process.on("SIGTERM", () => void stop());
process.send?.(listener.port);

async function answer(what: unknown): Promise<void> {
  if (what === "swap") catalog = await load();
  process.send?.(what === "swap" ? "swapped" : await sample());
}

async function sample(): Promise<Sample> {
  await metrics.text();
  for (let i = 0; i < 3; i++) {
    // What waits to be finalised is collected by the next one.
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    rssBytes: rss,
    heapBytes: heapUsed,
    externalBytes: arrayBuffers,
    cpuSeconds: (user + system) / 1e6,
  };
}

async function stop(): Promise<void> {
  await Promise.all([listener.close(), handler.close()]);
  await gaps[Symbol.asyncDispose]();
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
}
