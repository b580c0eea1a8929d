import { appendFile, chmod, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GapFile, readGaps } from "../../src/gaps/gap-file.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const AT = Date.UTC(2026, 4, 1);

async function keep(
  folder: TemporaryFolder,
  queries: readonly string[],
  maxLines?: number,
): Promise<readonly unknown[]> {
  const errors: unknown[] = [];
  await using file = new GapFile({
    folder: join(folder.path, "data"),
    now: () => AT,
    onError: (error) => void errors.push(error),
    ...(maxLines === undefined ? {} : { maxLines }),
  });
  for (const query of queries) file.add(query, ["a#b", "c"]);
  return errors;
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `word ${from + index}`);

describe("GapFile", () => {
  it("keeps what it is given, masked, for the owner only", async () => {
    await using folder = await temporaryFolder({});
    const data = join(folder.path, "data");
    expect(await keep(folder, ["how to shear", "mail me@example.com", "\u0000"])).toEqual([]);
    expect(await readGaps(data)).toEqual([
      { at: AT, query: "how to shear", closest: ["a#b", "c"] },
      { at: AT, query: "mail [e-mail]", closest: ["a#b", "c"] },
    ]);
    expect((await stat(data)).mode & 0o777).toBe(0o700);
    expect((await stat(join(data, "unanswered.jsonl"))).mode & 0o777).toBe(0o600);
  });

  it("takes the rights of others from a file that was there", async () => {
    await using folder = await temporaryFolder({ "data/unanswered.jsonl": "" });
    const path = join(folder.path, "data/unanswered.jsonl");
    await chmod(path, 0o666);
    await keep(folder, ["one"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("holds the latest and no more than twice its bound, over restarts too", async () => {
    await using folder = await temporaryFolder({});
    await keep(folder, numbered(1, 7), 5);
    await keep(folder, numbered(8, 13), 5);
    const kept = await readGaps(join(folder.path, "data"));
    expect(kept.map(({ query }) => query)).toEqual(numbered(6, 13));
    expect((await readdir(join(folder.path, "data"))).length).toBe(2);
  });

  it("reads round lines that were cut off or are not its own", async () => {
    await using folder = await temporaryFolder({});
    await keep(folder, ["before"]);
    const path = join(folder.path, "data/unanswered.jsonl");
    await appendFile(path, '{"at":"2026-01-01T00:00:0\n[]\n{"at":5,"query":"x","closest":[]}\n\n');
    await keep(folder, ["after"]);
    expect((await readGaps(join(folder.path, "data"))).map(({ query }) => query)).toEqual([
      "before",
      "after",
    ]);
  });

  it("does not write through a link", async () => {
    await using folder = await temporaryFolder({ "data/x": "", "other.txt": "mine" });
    await symlink(join(folder.path, "other.txt"), join(folder.path, "data/unanswered.jsonl"));
    expect((await keep(folder, ["one"])).length).toBe(1);
    expect(await readFile(join(folder.path, "other.txt"), "utf8")).toBe("mine");
  });

  it("tells once that the disk refuses, and goes on when it does not", async () => {
    await using folder = await temporaryFolder({});
    const path = join(folder.path, "data");
    await writeFile(path, "a file where the folder should be");
    expect((await keep(folder, ["one", "two"])).length).toBe(1);
  });

  it("drops what comes faster than the disk takes it", async () => {
    await using folder = await temporaryFolder({});
    await keep(folder, numbered(1, 5_000));
    expect((await readGaps(join(folder.path, "data"))).length).toBe(1_000);
  });
});
