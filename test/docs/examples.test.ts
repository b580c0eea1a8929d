import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { ROOT } from "./manual.ts";

const FOLDER = join(ROOT, "examples");
const files = readdirSync(FOLDER);

describe("examples", () => {
  it.each(files.filter((name) => name.endsWith(".yaml")))("%s is a configuration", async (name) => {
    const config = await loadConfig({
      configFile: join(FOLDER, name),
      env: {},
      cwd: ROOT,
      needsSources: true,
    });
    expect(config.sources[0]?.location).toBe(join(ROOT, "docs"));
  });

  it.each(files.filter((name) => name.endsWith("-in-code.ts")))("%s runs", async (name) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(FOLDER, name)], { cwd: ROOT });
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(child, "close")) as [number | null];
    expect(output).toMatch(/^http:\/\/localhost:\d+\/mcp 200 \d+ pages\n$/);
    expect(code).toBe(0);
  });
});
