// The official conformance suite: `npm run conformance`. First against the built command, which
// serves its own manual: what it has no use for (sampling, images, the suite's fixtures) is listed
// in expected-failures-*.yml and may only shrink. Then with the suite's fixtures on the same HTTP
// stack, where everything that is scored has to pass.
import { join } from "node:path";
import { createHttpHandler } from "../../src/http/create-http-handler.ts";
import { createHostPolicy } from "../../src/http/host-policy.ts";
import { type HttpListener, listenHttp } from "../../src/net/http-listener.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { startDocport } from "../support/start-docport.ts";
import { createOverlay } from "./overlay-server.ts";
import { runTool } from "./run-tool.ts";

const HERE = import.meta.dirname;

async function main(): Promise<number> {
  await using docs = await startDocport(["serve", join(HERE, "../../docs"), "--port", "0"]);
  await using overlay = await serveOverlay();
  const runs = [
    ["docs", docs.url, "2026-07-28", "expected-failures-2026-07-28.yml"],
    ["docs", docs.url, "2025-11-25", "expected-failures-2025-11-25.yml"],
    ["overlay", overlay.url, "2026-07-28", undefined],
  ] as const;
  let failures = 0;
  for (const [name, url, revision, expected] of runs) {
    const { code, output } = await runTool("conformance", [
      "server",
      "--url",
      `${url}/mcp`,
      "--requirements",
      revision,
      ...(expected ? ["--expected-failures", join(HERE, expected)] : []),
    ]);
    const summary = output.slice(Math.max(0, output.indexOf("=== SUMMARY ===")));
    const total = /^Total: .*$/m.exec(summary)?.[0] ?? "no summary";
    process.stdout.write(`${name}, ${revision}: ${total}: ${code === 0 ? "as expected" : "FAILED"}
`);
    if (code !== 0) process.stdout.write(summary);
    if (code !== 0) failures++;
  }
  return failures;
}

/** The fixtures on the HTTP stack that the command serves on. */
async function serveOverlay(): Promise<HttpListener> {
  const catalog = createFakeCatalog();
  const handler = createHttpHandler({
    catalog: () => catalog,
    hosts: createHostPolicy({ host: "127.0.0.1" }),
    ...createOverlay(),
  });
  const listener = await listenHttp({
    host: "127.0.0.1",
    port: 0,
    handler: (request) => handler.fetch(request),
  });
  const close = async (): Promise<void> => {
    await handler.close();
    await listener.close({ graceMs: 100 });
  };
  return { ...listener, close, [Symbol.asyncDispose]: close };
}

process.exitCode = await main();
