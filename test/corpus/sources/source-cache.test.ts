import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SourceCache } from "../../../src/corpus/source.ts";
import { openSourceCache } from "../../../src/corpus/sources/source-cache.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const open = (folder: string, ...identity: readonly unknown[]): SourceCache =>
  openSourceCache({ folder, identity, version: "1.2.3" });

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());

describe("openSourceCache", () => {
  it("gives back what was put, also when it is opened again", async () => {
    const folder = join(temporaryFolder(), "not", "there", "yet");
    const cache = open(folder, "https://example.org/");
    await cache.put("a", { text: "größer", list: [1, null] });
    await cache.put("a", { text: "newer" });
    await cache.put("../../b", "any key");
    const again = open(folder, "https://example.org/");
    expect(again.folder).toBe(cache.folder);
    expect(await again.get("a")).toEqual({ text: "newer" });
    expect(await again.get("../../b")).toBe("any key");
    expect(await again.get("c")).toBeUndefined();
    expect(filesBelow(folder)).toHaveLength(2);
    await again.delete("a");
    await again.delete("never there");
    expect(await cache.get("a")).toBeUndefined();
  });

  it("keeps sources apart", async () => {
    const folder = temporaryFolder();
    const first = open(folder, "https://example.org/", undefined);
    const second = open(folder, "https://example.org/", "de");
    await first.put("a", 1);
    expect(await second.get("a")).toBeUndefined();
  });

  it("takes what is cut off or of another key for absent", async () => {
    const folder = temporaryFolder();
    const cache = open(folder, "x");
    await cache.put("a", { some: "value" });
    const [file = ""] = filesBelow(folder);
    for (const content of ["", '{"key":"a","val', "null", '{"key":"b","value":1}', "\0\0\0\0"]) {
      writeFileSync(file, content);
      expect(await cache.get("a")).toBeUndefined();
    }
    await cache.put("a", 2);
    expect(await cache.get("a")).toBe(2);
  });

  it("tells once that entries cannot be written, and leaves nothing behind", async () => {
    const folder = temporaryFolder();
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const cache = openSourceCache({ folder, identity: [], version: "1", onFailure });
    await cache.put("a", 1);
    const [file = ""] = filesBelow(folder);
    await cache.delete("a");
    mkdirSync(file);
    expect(await cache.put("a", 2)).toBe(false);
    expect(await cache.put("a", 3)).toBe(false);
    await cache.delete("a");
    expect(failures).toHaveLength(1);
    expect(await cache.get("a")).toBeUndefined();
    expect(filesBelow(folder)).toEqual([]);
  });

  it("is readable by its owner alone", async () => {
    const folder = temporaryFolder();
    const cache = open(folder, "x");
    await cache.put("a", 1);
    expect(statSync(cache.folder).mode & 0o077).toBe(0);
    for (const file of filesBelow(folder)) expect(statSync(file).mode & 0o077).toBe(0);
  });
});
