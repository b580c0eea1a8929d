import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentAt, ROOT } from "./manual.ts";

const { text } = documentAt("ARCHITECTURE.md");

describe("ARCHITECTURE.md", () => {
  it("has at most 150 lines", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(150);
  });

  it("names files and folders that exist", () => {
    const named = [...text.matchAll(/`((?:src|test|bench|docs|examples|tools)\/[\w./-]*)`/g)];
    const missing = named
      .map((match) => match[1] ?? "")
      .filter((path) => !existsSync(join(ROOT, path)));
    expect(named.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });

  it("has a paragraph for each part of the source", () => {
    const parts = readdirSync(join(ROOT, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `src/${entry.name}/`);
    expect(parts.filter((part) => !text.includes(`\n### \`${part}\`\n`))).toEqual([]);
  });

  it("has its four parts", () => {
    const headings = text.match(/^## .+$/gm);
    expect(headings).toEqual([
      "## Bird's eye",
      "## Entry points",
      "## Code map",
      "## Invariants",
      "## Across the parts",
    ]);
  });
});
