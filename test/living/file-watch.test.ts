import { EventEmitter, once } from "node:events";
import { mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import type { Survey } from "../../src/living/file-survey.ts";
import { surveyFiles } from "../../src/living/file-survey.ts";
import { FileWatch } from "../../src/living/file-watch.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a survey of files", () => {
  const markOf = async (path: string): Promise<string> => (await surveyFiles(path)).mark;

  it("is another after each kind of change, and the same without one", async () => {
    await using folder = await temporaryFolder({ "a.md": "one", "sub/b.md": "two" });
    const at = (name: string): string => join(folder.path, name);
    let before = await markOf(folder.path);
    const changes: (() => Promise<unknown>)[] = [
      () => writeFile(at("a.md"), "longer than one"),
      // An editor that saves into a new file, with the old size and the old time.
      async () => {
        await writeFile(at(".a.md.swp"), "longer tham one");
        await utimes(at(".a.md.swp"), 1, 1);
        await rename(at(".a.md.swp"), at("a.md"));
      },
      () => writeFile(at("sub/c.md"), "three"),
      () => rename(at("sub/c.md"), at("sub/d.md")),
      () => rm(at("sub/d.md")),
      () => mkdir(at("empty")),
      () => rename(at("sub"), at("moved")),
      () => symlink("moved", at("linked")),
      () => rm(folder.path, { recursive: true }),
      () => mkdir(folder.path),
    ];
    for (const change of changes) {
      await change();
      const mark = await markOf(folder.path);
      expect(mark).not.toBe(before);
      expect(await markOf(folder.path)).toBe(mark);
      before = mark;
    }
  });

  it("does not see what sources do not see", async () => {
    await using folder = await temporaryFolder({ "a.md": "one", "node_modules/x.md": "x" });
    const before = await markOf(folder.path);
    await writeFile(join(folder.path, ".a.md.swp"), "editing");
    await writeFile(join(folder.path, "node_modules/y.md"), "y");
    expect(await markOf(folder.path)).toBe(before);
  });

  it("comes to an end with links in a ring", async () => {
    await using folder = await temporaryFolder({ "sub/a.md": "one" });
    await symlink("..", join(folder.path, "sub/up"));
    expect((await surveyFiles(folder.path)).folders.length).toBeLessThan(4);
  });

  it("does not leave the folder by a link", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "one", "other/b.md": "two" });
    await symlink("../other", join(folder.path, "docs/out"));
    const before = await markOf(join(folder.path, "docs"));
    await writeFile(join(folder.path, "other/b.md"), "changed");
    expect(await markOf(join(folder.path, "docs"))).toBe(before);
  });

  it("follows a link that is pointed elsewhere", async () => {
    await using folder = await temporaryFolder({ "v1/a.md": "one", "v2/a.md": "two" });
    const current = join(folder.path, "current");
    await symlink("v1", current);
    const before = await markOf(current);
    await symlink("v2", `${current}.new`);
    await rename(`${current}.new`, current);
    expect(await markOf(current)).not.toBe(before);
  });
});

describe("a watch of files", () => {
  /** Runs a watch with the system's time and files, until the test is over. */
  async function watching(
    path: string,
  ): Promise<{ changed: () => Promise<unknown> } & AsyncDisposable> {
    const changes = new EventEmitter();
    const ended = new AbortController();
    const watch = new FileWatch({ path, clock: systemClock });
    await watch.look();
    const running = watch.run(() => changes.emit("change"), ended.signal).catch(() => {});
    return {
      changed: () => once(changes, "change"),
      async [Symbol.asyncDispose]() {
        ended.abort();
        await running;
      },
    };
  }

  it("tells of a file that is written, replaced, and removed", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder({ "a.md": "one", "sub/b.md": "two" });
    await using watch = await watching(folder.path);
    for (const change of [
      () => writeFile(join(folder.path, "sub/b.md"), "changed"),
      () => rename(join(folder.path, "sub/b.md"), join(folder.path, "a.md")),
      () => rm(join(folder.path, "a.md")),
    ]) {
      const changed = watch.changed();
      await change();
      expect(await changed).toEqual([]);
    }
  });

  it("tells of a change made before it began to run", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder({ "a.md": "one" });
    const ended = new AbortController();
    const watch = new FileWatch({ path: folder.path, clock: systemClock });
    await watch.look();
    await writeFile(join(folder.path, "a.md"), "changed while it was read");
    const changed = new Promise<string>((resolve) => {
      watch.run(() => resolve("changed"), ended.signal).catch(() => {});
    });
    expect(await changed).toBe("changed");
    ended.abort();
  });

  it("follows a folder that goes and comes back", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "one" });
    const docs = join(folder.path, "docs");
    await using watch = await watching(docs);
    const gone = watch.changed();
    await rm(docs, { recursive: true });
    await gone;
    const back = watch.changed();
    await mkdir(docs);
    await writeFile(join(docs, "b.md"), "two");
    await back;
    const changed = watch.changed();
    await writeFile(join(docs, "b.md"), "three");
    expect(await changed).toEqual([]);
  });

  it("tells of a single file that is replaced", { timeout: 60_000 }, async () => {
    await using folder = await temporaryFolder({ "manual.docport": "one" });
    const file = join(folder.path, "manual.docport");
    await using watch = await watching(file);
    const changed = watch.changed();
    await writeFile(`${file}.new`, "two");
    await rename(`${file}.new`, file);
    expect(await changed).toEqual([]);
  });
});

describe("when the system tells nothing", () => {
  /** A watch of a place that does not exist, which looks different when the test says so. */
  function blindWatch(): {
    readonly clock: FakeClock;
    readonly looks: number[];
    readonly changes: number[];
    readonly show: (mark: string) => void;
    readonly run: () => AbortController;
  } {
    const clock = new FakeClock(0);
    const looks: number[] = [];
    const changes: number[] = [];
    let mark = "first";
    const survey = async (): Promise<Survey> => {
      looks.push(clock.now());
      return { mark, folders: [] };
    };
    const watch = new FileWatch({ path: "/nowhere/at/all", clock, survey });
    return {
      clock,
      looks,
      changes,
      show: (next) => {
        mark = next;
      },
      run() {
        const ended = new AbortController();
        watch.run(() => changes.push(clock.now()), ended.signal).catch(() => {});
        return ended;
      },
    };
  }

  it("looks every ten seconds", async () => {
    const { clock, looks, changes, show, run } = blindWatch();
    const ended = run();
    await clock.advance(60_000);
    expect(looks.length).toBeGreaterThan(5);
    expect(looks.length).toBeLessThan(9);
    expect(changes).toEqual([]);
    show("second");
    await clock.advance(15_000);
    expect(changes.length).toBe(1);
    ended.abort();
  });

  it("waits until what is written stays as it is, but not for ever", async () => {
    const { clock, changes, show, run } = blindWatch();
    const ended = run();
    await clock.advance(1_000);
    for (let step = 0; step < 100; step++) {
      show(`mark ${step}`);
      await clock.advance(100);
    }
    const early = changes.length;
    await clock.advance(20_000);
    expect(early).toBe(0);
    expect(changes.length).toBe(1);
    for (let step = 0; step < 600; step++) {
      show(`on ${step}`);
      await clock.advance(100);
    }
    expect(changes.length).toBeGreaterThan(2);
    ended.abort();
  });

  it("tells nothing of what is undone before anybody reads it", async () => {
    const { clock, looks, changes, show, run } = blindWatch();
    const ended = run();
    await clock.advance(1_000);
    show("away");
    const before = looks.length;
    while (looks.length === before) await clock.advance(10);
    show("first");
    await clock.advance(30_000);
    expect(changes).toEqual([]);
    ended.abort();
  });
});
