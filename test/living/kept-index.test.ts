import { mkdir, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeptIndex } from "../../src/living/kept-index.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const BYTES = new Uint8Array([1, 2, 3, 4]);

function open(folder: string, identity: unknown = "one"): KeptIndex & { readonly told: string[] } {
  const told: string[] = [];
  const kept = new KeptIndex({ folder, identity, onUnused: (reason) => told.push(reason) });
  return Object.assign(kept, { told });
}

describe("a kept index", () => {
  it("is read by the next process, with its notes, and by its owner alone", async () => {
    await using folder = await temporaryFolder();
    const path = await open(folder.path).write("a1", BYTES, { pages: 3 });
    const next = open(folder.path);
    expect(await next.read()).toEqual({ path, bytes: Buffer.from(BYTES), notes: { pages: 3 } });
    for (const name of await readdir(dirname(path))) {
      expect((await stat(join(dirname(path), name))).mode & 0o777).toBe(0o600);
    }
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(next.told).toEqual([]);
  });

  it("is nobody else's: another configuration does not get it", async () => {
    await using folder = await temporaryFolder();
    await open(folder.path, { sources: ["a"] }).write("a1", BYTES);
    const other = open(folder.path, { sources: ["b"] });
    expect(await other.read()).toBeUndefined();
    expect(other.told).toEqual([]);
  });

  it("takes the place of the one before, which goes", async () => {
    await using folder = await temporaryFolder();
    const kept = open(folder.path);
    const first = await kept.write("a1", BYTES);
    const second = await kept.write("b2", new Uint8Array([9]));
    expect((await kept.read())?.path).toBe(second);
    await expect(stat(first)).rejects.toThrow("ENOENT");
  });

  it("is the one before until the new one is whole, wherever the process is killed", async () => {
    await using folder = await temporaryFolder();
    const kept = open(folder.path);
    const path = await kept.write("a1", BYTES);
    const stale = join(dirname(path), ".b2.docport.0.tmp");
    const young = join(dirname(path), ".c3.docport.1.tmp");
    await writeFile(join(dirname(path), "b2.docport"), new Uint8Array([9]));
    await writeFile(stale, "half");
    await writeFile(young, "of another process");
    await utimes(stale, 0, 0);
    expect((await kept.read())?.path).toBe(path);
    await kept.write("d4", BYTES);
    expect((await readdir(dirname(path))).toSorted()).toEqual(
      [".c3.docport.1.tmp", "current.json", "d4.docport"].toSorted(),
    );
  });

  it.each([
    ["an index that is cut off", (path: string) => truncate(path, 2)],
    [
      "a record that is cut off",
      async (path: string) => truncate(join(dirname(path), "current.json"), 20),
    ],
    [
      "a record that leads elsewhere",
      (path: string) =>
        writeFile(join(dirname(path), "current.json"), '{"revision":"../x","sizeBytes":4}'),
    ],
  ])("is not used with %s, and why is told", async (_what, damage) => {
    await using folder = await temporaryFolder();
    const kept = open(folder.path);
    await damage(await kept.write("a1", BYTES));
    expect(await kept.read()).toBeUndefined();
    expect(kept.told).toHaveLength(1);
  });

  it("stays when the disk refuses the next one", async () => {
    await using folder = await temporaryFolder();
    const kept = open(folder.path);
    const path = await kept.write("a1", BYTES);
    // A folder in the place of the file refuses everybody, root too.
    await mkdir(join(dirname(path), "b2.docport"));
    await expect(kept.write("b2", BYTES)).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect((await kept.read())?.path).toBe(path);
    await rm(join(dirname(path), "b2.docport"), { recursive: true });
    expect(await readFile(await kept.write("b2", BYTES))).toHaveLength(4);
  });
});
