import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import type {
  IndexShelf,
  Publication,
  ShelfNews,
  ShelvedIndex,
} from "../../src/living/index-shelf.ts";

export interface ShelfHome extends AsyncDisposable {
  /** The shelf as one replica sees it; another one each time. */
  replica(): IndexShelf;
  /** Resolves when the news of what was done has reached every replica. */
  spread(): Promise<void>;
}

const NEVER = new AbortController().signal;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function publicationOf(
  revision: string,
  index: Uint8Array,
  notes: Uint8Array = bytesOf(""),
): Publication {
  const sha256 = createHash("sha256").update(index).digest("hex");
  return { revision, sha256, pageCount: 2, sectionCount: 3, index, notes };
}

/** Publishes some bytes under a lease of its own. */
export async function publishTestIndex(
  shelf: IndexShelf,
  revision: string,
  index: Uint8Array = bytesOf(`index ${revision}`),
): Promise<ShelvedIndex> {
  const lease = await shelf.tryLead();
  if (!lease) throw new Error("somebody builds already");
  try {
    return await lease.publish(publicationOf(revision, index, bytesOf(`notes ${revision}`)));
  } finally {
    await lease.release();
  }
}

/** What holds for every shelf that replicas share. */
export function describeIndexShelf(name: string, open: () => Promise<ShelfHome>): void {
  describe(`${name} is an IndexShelf`, () => {
    it("has nothing to begin with", async () => {
      await using home = await open();
      expect(await home.replica().look()).toEqual({ newest: undefined, wanted: undefined });
    });

    it("gives what was published, of any size, with its notes", async () => {
      await using home = await open();
      const shelf = home.replica();
      for (const size of [0, 1, 1024 ** 2 - 1, 1024 ** 2, 1024 ** 2 + 1, 3 * 1024 ** 2 + 7]) {
        const index = new Uint8Array(size).map((_, at) => (at * 31 + size) % 251);
        const published = await publishTestIndex(shelf, `r${size}`, index);
        const other = home.replica();
        const { wanted, newest } = await other.look();
        expect(wanted).toEqual(published);
        expect(newest).toEqual(published);
        expect(Buffer.compare(await other.fetch(published, NEVER), index)).toBe(0);
        expect(await other.fetchNotes(published, NEVER)).toEqual(bytesOf(`notes r${size}`));
      }
    });

    it("counts up, and takes the newest one again for nothing new", async () => {
      await using home = await open();
      const shelf = home.replica();
      const first = await publishTestIndex(shelf, "a");
      const second = await publishTestIndex(shelf, "b");
      expect(second.number).toBeGreaterThan(first.number);
      expect(await publishTestIndex(shelf, "b")).toEqual(second);
    });

    it("lets one build at a time, and the next when that one lets go", async () => {
      await using home = await open();
      const [one, two] = [home.replica(), home.replica()];
      const lease = await one.tryLead();
      expect(lease).toBeDefined();
      expect(await two.tryLead()).toBeUndefined();
      await lease?.release();
      const next = await two.tryLead();
      expect(next).toBeDefined();
      await expect(lease?.publish(publicationOf("a", bytesOf("a")))).rejects.toMatchObject({
        code: "ERR_STORE_LEASE",
      });
      expect((await one.look()).newest).toBeUndefined();
      await next?.release();
    });

    it("keeps the last five, and says of others that they are gone", async () => {
      await using home = await open();
      const shelf = home.replica();
      const published: ShelvedIndex[] = [];
      for (const revision of ["a", "b", "c", "d", "e", "f"]) {
        published.push(await publishTestIndex(shelf, revision));
      }
      const [a, b] = published;
      if (!(a && b)) throw new Error("nothing was published");
      await expect(shelf.fetch(a, NEVER)).rejects.toMatchObject({ code: "ERR_STORE_INDEX" });
      expect(await shelf.fetch(b, NEVER)).toEqual(bytesOf("index b"));
    });

    it("tells other replicas of an index, of a free place and of who asks to read", async () => {
      await using home = await open();
      const heard: ShelfNews[] = [];
      const listener = home.replica();
      const unwatch = listener.watch((news) => heard.push(news));
      await home.spread();
      heard.length = 0;
      await publishTestIndex(home.replica(), "a");
      await home.replica().askRefresh();
      await home.spread();
      expect(heard).toEqual(["index", "free", "refresh"]);
      unwatch();
      await home.replica().askRefresh();
      await home.spread();
      expect(heard).toHaveLength(3);
    });
  });
}
