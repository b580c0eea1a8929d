import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** The official tools and the Node that they need, installed apart from the project. */
const SUITE = join(import.meta.dirname, "suite");
const BIN = join(SUITE, "node_modules", ".bin");

/** A program's exit code and what it wrote to stdout. */
interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Runs one of the tools under the suite's Node; installs them when that was not done yet. */
export async function runTool(name: string, args: readonly string[]): Promise<Finished> {
  if (!existsSync(join(BIN, name))) await run("npm", ["ci"], SUITE);
  return run(join(BIN, "node"), [join(BIN, name), ...args], SUITE);
}

/** Runs a program to its end, whatever that is. */
function run(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
