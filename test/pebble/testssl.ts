import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { judgeProgram } from "../support/judge-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

export interface TestsslFinding {
  readonly id: string;
  /** OK, INFO, WARN, or LOW to FATAL. */
  readonly severity: string;
  readonly finding: string;
}

/** Where its data are, beside the program, wherever that was unpacked. */
const dataOf = (program: string): string => resolve(program, "../../../etc/testssl");

/**
 * Whether a testssl.sh is there that gives a grade (3.2). With REQUIRE_TESTSSL=1 anything less is an
 * error.
 */
export function hasTestssl(): boolean {
  const program = judgeProgram("testssl");
  const help = program === undefined ? "" : spawnSync(program, ["--help"]).stdout.toString();
  const isThere = help.includes("rating");
  if (!isThere && process.env["REQUIRE_TESTSSL"] === "1") {
    throw new Error("testssl.sh 3.2 is required. Run JUDGES_BIN=$(tools/ci/install-judges.sh)");
  }
  return isThere;
}

export interface TestsslSubject {
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** PEM of the root that is to be trusted besides the public ones. */
  readonly root: string;
}

/** Everything that testssl.sh finds out about a server in its default run: about a minute. */
export async function runTestssl({
  name,
  port,
  root,
}: TestsslSubject): Promise<readonly TestsslFinding[]> {
  const program = judgeProgram("testssl") ?? "testssl";
  await using folder = await temporaryFolder({ "root.pem": root });
  const report = join(folder.path, "report.json");
  const child = spawn(
    program,
    [
      ...["--warnings", "batch", "--color", "0", "--quiet", "--nodns", "none"],
      ...["--ip", "127.0.0.1", "--add-ca", join(folder.path, "root.pem")],
      ...["--jsonfile", report, `${name}:${port}`],
    ],
    {
      env: { PATH: process.env["PATH"], TESTSSL_INSTALL_DIR: dataOf(program) },
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  try {
    return JSON.parse(await readFile(report, "utf8")) as readonly TestsslFinding[];
  } catch (error) {
    throw new Error(`testssl.sh gave no report:\n${output}`, { cause: error });
  }
}
