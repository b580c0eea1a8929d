import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Where `tools/ci/install-judges.sh` has put the independent judges; else they are on the PATH. */
const FOLDERS = [
  process.env["JUDGES_BIN"] ?? [],
  (process.env["PATH"] ?? "").split(delimiter),
].flat();

/** The path of a program that judges us, or undefined when it is not installed. */
export function judgeProgram(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
