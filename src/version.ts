import { readFileSync } from "node:fs";
import { ownFile } from "./lib/own-file.ts";

/** The package's version, from its package.json. */
export function readVersion(): string {
  const text = readFileSync(ownFile("../package.json"), "utf8");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "0.0.0";
}
