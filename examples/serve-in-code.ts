/**
 * Starts Docport inside a program of your own, asks it whether it is alive, and stops it.
 *
 *     node --import tsx examples/serve-in-code.ts
 *
 * In your project the import is from "docport".
 */
import { resolve } from "node:path";
import { createConfig, silentLog, startApp } from "../src/index.ts";

const config = createConfig(
  { sources: ["docs"], title: "Docport manual", port: 0 },
  resolve(import.meta.dirname, ".."),
);

await using app = await startApp(config, { fetch, now: Date.now, log: silentLog });

const response = await fetch(`${app.url}/healthz`);
console.log(app.mcpUrl, response.status, `${app.facts.pageCount} pages`);
if (!response.ok) process.exitCode = 1;
