import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ScratchFile } from "../../src/lib/scratch-file.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("ScratchFile", () => {
  it("gives back any bytes at any place, and has no name meanwhile", async () => {
    await using folder = await temporaryFolder({});
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (pieces) => {
        const file = new ScratchFile(join(folder.path, "scratch"));
        try {
          const positions = pieces.map((piece) => file.append(piece));
          for (const [index, piece] of pieces.entries()) {
            const read = new Uint8Array(piece.length);
            file.read(positions[index]!, read);
            expect(read).toEqual(piece);
          }
        } finally {
          file[Symbol.dispose]();
        }
      }),
      { numRuns: 20 },
    );
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("refuses to read what is not there, and to take the place of a file", async () => {
    await using folder = await temporaryFolder({ taken: "mine" });
    expect(() => new ScratchFile(join(folder.path, "taken"))).toThrow("EEXIST");
    const file = new ScratchFile(join(folder.path, "scratch"));
    file.append(Uint8Array.of(1, 2, 3));
    expect(() => file.read(1, new Uint8Array(3))).toThrow(RangeError);
    file[Symbol.dispose]();
  });
});
