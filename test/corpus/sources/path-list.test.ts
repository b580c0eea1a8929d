import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DiskTree } from "../../../src/corpus/sources/disk-tree.ts";
import { listPaths } from "../../../src/corpus/sources/path-list.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const LIMITS = { maxDepth: 3, maxPages: 100 };
const segment = fc.constantFrom(
  "a",
  "a-b",
  "a.d",
  "A",
  "b",
  ".hidden",
  "node_modules",
  "ä",
  "skip",
);
const file = fc
  .tuple(fc.array(segment, { maxLength: 6 }), fc.constantFrom("a.md", "z.md", ".x.md", "x.txt"))
  .map(([folders, name]) => [...folders, name].join("/"));

describe("listPaths", () => {
  it("lists what a walk through the same folder on disk lists", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(file, { maxLength: 12 }), async (paths) => {
        const root = temporaryFolder(Object.fromEntries(paths.map((path) => [path, "x"])));
        const options = {
          accepts: (path: string) => path.endsWith(".md"),
          enters: (path: string) => !path.endsWith("skip"),
          limits: LIMITS,
        };
        const walked = await new DiskTree(root, root).list(options);
        const listed = listPaths("x", paths, options);
        expect(listed.paths).toEqual(walked.paths);
        // A walk also meets folders that hold no document.
        const reasons = new Set(walked.problems.map(({ path }) => path));
        expect(listed.problems.filter(({ path }) => !reasons.has(path))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses more files than there may be", () => {
    const options = { accepts: () => true, enters: () => true, limits: { ...LIMITS, maxPages: 1 } };
    expect(() => listPaths("x.zip", ["a", "b"], options)).toThrow(
      expect.objectContaining({ code: "ERR_SOURCE_LIMIT" }),
    );
  });
});
