import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/** What each part may import, besides itself. The direction of imports is the architecture. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  lib: [],
  acme: ["lib"],
  search: ["lib"],
  corpus: ["lib"],
  catalog: ["corpus", "search", "lib"],
  living: ["catalog", "corpus", "search", "lib"],
  certs: ["acme", "lib"],
  mcp: ["catalog", "corpus", "lib"],
  auth: ["catalog", "lib"],
  gaps: ["search", "lib"],
  metrics: ["http", "catalog", "certs", "lib"],
  http: ["mcp", "auth", "catalog", "web", "lib"],
  net: ["certs", "acme", "lib"],
  store: ["certs", "living", "lib"],
  web: [],
  workers: ["lib"],
  config: ["corpus", "acme", "auth", "lib"],
  cli: ["*"],
  ".": ["*"],
};

/** Parts that touch neither `process` nor a socket nor the disk themselves. */
const PURE = ["search", "mcp"];

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts"))
  .map((path) => ({ path, text: readFileSync(join(SRC, path), "utf8") }));

const partOf = (path: string): string => (path.includes("/") ? (path.split("/")[0] ?? ".") : ".");

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");

describe("architecture", () => {
  it.each(files)("$path imports only what its part may", ({ path, text }) => {
    const part = partOf(path);
    const allowed = MAY_IMPORT[part];
    expect(allowed, `src/${part} is not a part of the house`).toBeDefined();
    if (!allowed || allowed.includes("*")) return;
    const foreign = importsOf(text)
      .filter((target) => target.startsWith("."))
      .map((target) => partOf(relative(SRC, join(SRC, dirname(path), target))))
      .filter((target) => target !== part && !allowed.includes(target));
    expect(foreign).toEqual([]);
  });

  it.each(files)("$path touches process only in the command line", ({ path, text }) => {
    if (partOf(path) === "cli" || path === "cli.ts") return;
    expect(text.match(/\bprocess\.(argv|env|exit|on|stdout|stderr|stdin)\b/g) ?? []).toEqual([]);
  });

  it.each(files.filter(({ path }) => PURE.includes(partOf(path))))(
    "$path opens no socket and no file",
    ({ text }) => {
      const io = /^node:(fs|net|http|https|tls|dgram|child_process)/;
      expect(importsOf(text).filter((target) => io.test(target))).toEqual([]);
    },
  );
});
