import { describe, expect, it } from "vitest";
import { mergeElsewhere } from "../../src/living/merge-thread.ts";
import type { MergeSegments } from "../../src/search/merge-segments.ts";
import { document, indexOf } from "../search/support.ts";

/** What runs TypeScript in a thread; the built one needs nothing. */
const execArgv = ["--import", "tsx"];
const METADATA = Uint8Array.of(1, 2, 3);

const before = indexOf(
  Array.from({ length: 40 }, (_, at) =>
    document(`page-${at}`, { title: `Page ${at}`, text: `How to renew certificate ${at}.` }),
  ),
);
/** Removes what the first segment has most of, so that it is written anew, and adds to it. */
const update = {
  remove: Array.from({ length: 30 }, (_, at) => `page-${at}`),
  documents: [document("new", { title: "New", text: "A new certificate." })],
  metadata: METADATA,
};

describe("merging in a thread", { timeout: 60_000 }, () => {
  it("gives the bytes that merging here gives, and lets others have their turn", async () => {
    let merges = 0;
    let turns = 0;
    const turn = setInterval(() => (turns += 1), 1);
    const merge: MergeSegments = (segments) => {
      merges += 1;
      return mergeElsewhere(segments, { minBytes: 0, execArgv });
    };
    const elsewhere = await before.updateBy(merge, update);
    const without = await before.without(["page-3"], METADATA, merge);
    clearInterval(turn);
    expect(elsewhere.toBytes()).toEqual(before.update(update).toBytes());
    expect(without.toBytes()).toEqual((await before.without(["page-3"], METADATA)).toBytes());
    expect(merges).toBeGreaterThan(1);
    expect(turns).toBeGreaterThan(0);
    // What was moved to the thread were copies.
    expect(before.search("renew certificate 7").hits[0]?.id).toBe("page-7");
  });

  it("is done here when there can be no thread, and says so", async () => {
    const failures: unknown[] = [];
    const onFailure = (error: unknown): void => void failures.push(error);
    const merge: MergeSegments = (segments) =>
      mergeElsewhere(segments, { minBytes: 0, execArgv: ["--import", "./no-such.mjs"], onFailure });
    const updated = await before.updateBy(merge, update);
    expect(updated.toBytes()).toEqual(before.update(update).toBytes());
    expect(failures.length).toBeGreaterThan(0);
  });

  it("does not begin a thread for what is small", async () => {
    const onFailure = (error: unknown): never => {
      throw error;
    };
    const merge: MergeSegments = (segments) =>
      mergeElsewhere(segments, { execArgv: ["--import", "./no-such.mjs"], onFailure });
    const updated = await before.updateBy(merge, update);
    expect(updated.toBytes()).toEqual(before.update(update).toBytes());
  });
});
