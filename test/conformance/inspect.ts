// The official inspector as a client of both eras, in its strict mode; the second half of `npm run conformance`.
// It lists and calls everything; strict mode fails on schemas that some clients cannot read.
import { join } from "node:path";
import { startDocport } from "../support/start-docport.ts";
import { runTool } from "./run-tool.ts";

const ERAS = ["legacy", "modern", "auto"];

/** What is asked, and what must be in the answer. */
const REQUESTS: readonly (readonly [args: readonly string[], expected: string])[] = [
  [["--method", "tools/list", "--strict"], '"search"'],
  [
    ["--method", "tools/call", "--tool-name", "search", "--tool-arg", "query=connect clients"],
    "guide/connecting-clients",
  ],
  [
    ["--method", "tools/call", "--tool-name", "fetch", "--tool-arg", "id=guide/getting-started"],
    "docport serve",
  ],
  [["--method", "resources/list"], "docs://page/guide/getting-started"],
  [["--method", "prompts/list"], '"prompts"'],
];

async function main(): Promise<number> {
  const docs = join(import.meta.dirname, "../../docs");
  await using server = await startDocport(["serve", docs, "--port", "0"]);
  let failures = 0;
  for (const era of ERAS) {
    for (const [args, expected] of REQUESTS) {
      const { code, output } = await runTool("mcp-inspector", [
        "--cli",
        server.mcpUrl,
        "--transport",
        "http",
        "--protocol-era",
        era,
        ...args,
      ]);
      const isGood = code === 0 && output.includes(expected);
      process.stdout.write(`${era}, ${args.join(" ")}: ${isGood ? "ok" : `FAILED (${code})`}\n`);
      if (!isGood) process.stdout.write(output);
      if (!isGood) failures++;
    }
  }
  return failures;
}

process.exitCode = await main();
