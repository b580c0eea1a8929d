import { describe, expect, it } from "vitest";
import { SourceDownError } from "../../src/corpus/sources/source-down-error.ts";
import { livingStage } from "./living-stage.ts";
import { TestSource, testPage } from "./pages.ts";

const MINUTE = 60_000;
const page = (text: string): ReturnType<typeof testPage> => testPage("guide/a", "Guide", [text]);

describe("a living catalog", () => {
  it("serves what changed after it was asked to look", async () => {
    const source = new TestSource("docs", [page("first words")]);
    await using stage = await livingStage([source]);
    const before = stage.living.current;
    source.pages = [page("second words")];
    stage.living.refresh();
    await stage.settle();
    expect(stage.living.current.page("guide/a")?.markdown).toContain("second");
    expect(before.page("guide/a")?.markdown).toContain("first");
    expect(stage.events.map(({ kind }) => kind)).toEqual(["swapped"]);
    expect(stage.living.status()).toMatchObject({
      swaps: 1,
      revision: stage.living.current.revision,
    });
  });

  it("asks on its schedule, and swaps nothing when nothing is new", async () => {
    const source = new TestSource("docs", [page("words")]);
    await using stage = await livingStage([source], { everyMs: 15 * MINUTE });
    const before = stage.living.current;
    await stage.clock.pass(14 * MINUTE);
    expect(source.loads).toBe(1);
    await stage.clock.pass(2 * MINUTE);
    expect(source.loads).toBe(2);
    await stage.clock.pass(15 * MINUTE);
    expect(source.loads).toBe(3);
    expect(stage.living.current).toBe(before);
    expect(stage.events).toEqual([]);
  });

  it("keeps what a failing source had, says since when, and asks less and less often", async () => {
    const source = new TestSource("wiki", [page("words")]);
    const other = new TestSource("docs", [testPage("docs/b", "B", ["old"])]);
    await using stage = await livingStage([source, other], { everyMs: 15 * MINUTE });
    const failure = { error: new Error("wiki is down"), afterPages: 0 };
    source.failure = failure;
    other.pages = [testPage("docs/b", "B", ["new"])];
    stage.living.refresh();
    await stage.settle();
    const failedAt = stage.living.status().sources[0]?.failure?.since;
    expect(stage.living.current.page("guide/a")?.markdown).toContain("words");
    expect(stage.living.current.page("docs/b")?.markdown).toContain("new");
    expect(stage.living.status().sources[1]?.failure).toBeUndefined();
    const loads: number[] = [];
    for (let minute = 0; minute < 240; minute++) {
      const before = source.loads;
      await stage.clock.pass(MINUTE);
      if (source.loads > before) loads.push(minute);
    }
    // 30 s, 1, 2, 4, 8, 16, 32, 60 and 60 minutes after one another.
    expect(loads.length).toBe(9);
    expect(stage.living.status().sources[0]?.failure).toMatchObject({
      since: failedAt,
      count: 10,
      message: "wiki is down",
    });
    source.failure = undefined;
    await stage.clock.pass(60 * MINUTE);
    expect(stage.living.status().sources[0]?.failure).toBeUndefined();
    expect(stage.events.at(-1)).toMatchObject({ kind: "source-recovered", since: failedAt });
  });

  it("takes nothing of a source that fails half way", async () => {
    const source = new TestSource("wiki", [page("one"), testPage("guide/b", "B", ["two"])]);
    await using stage = await livingStage([source]);
    source.pages = [page("changed"), testPage("guide/b", "B", ["changed"])];
    source.failure = { error: new Error("cut off"), afterPages: 1 };
    const before = stage.living.current;
    stage.living.refresh();
    await stage.settle();
    expect(stage.living.current).toBe(before);
  });

  it("leaves everything as it was when what is served with it cannot be made", async () => {
    const shown: string[] = [];
    const source = new TestSource("docs", [page("first")]);
    await using stage = await livingStage([source], {
      prepare(next) {
        if (next.search("forbidden").answered) throw new Error("a rule protects nothing");
        return () => shown.push(next.revision);
      },
    });
    const { current: before } = stage.living;
    source.pages = [page("forbidden forbidden")];
    stage.living.refresh();
    await stage.settle();
    expect(stage.living.current).toBe(before);
    expect(stage.living.status().failure).toMatchObject({ count: 1 });
    expect(shown).toEqual([before.revision]);
    source.pages = [page("allowed")];
    stage.living.refresh();
    await stage.settle();
    expect(shown).toEqual([before.revision, stage.living.current.revision]);
    expect(stage.living.current.page("guide/a")?.markdown).toContain("allowed");
    expect(stage.living.status().failure).toBeUndefined();
  });

  it("tries a failed build again by itself", async () => {
    const source = new TestSource("docs", [page("first")]);
    let isBroken = true;
    await using stage = await livingStage([source], {
      prepare(next) {
        if (isBroken && next.facts.pageCount > 1) throw new Error("not now");
        return () => {};
      },
    });
    source.pages = [page("first"), testPage("guide/b", "B", ["more"])];
    stage.living.refresh();
    await stage.settle();
    isBroken = false;
    await stage.clock.pass(MINUTE);
    expect(stage.living.current.facts.pageCount).toBe(2);
  });

  it("reads once for many questions that come together", async () => {
    const source = new TestSource("docs", [page("words")]);
    await using stage = await livingStage([source]);
    for (let asked = 0; asked < 1_000; asked++) stage.living.refresh();
    await stage.settle();
    expect(source.loads).toBe(2);
  });

  it("stops when it is closed, in the middle of a load too", async () => {
    const source = new TestSource("docs", [page("words")]);
    const stage = await livingStage([source], { everyMs: MINUTE });
    stage.living.refresh();
    await stage.living.close();
    expect(stage.clock.sleeping).toBe(0);
  });

  it("asks a source that wants to be left alone when it says, and at once when somebody asks", async () => {
    const source = new TestSource("site", [page("words")]);
    await using stage = await livingStage([source], { everyMs: 15 * MINUTE });
    const askAgainAt = stage.clock.now() + 180 * MINUTE;
    source.problems = [{ path: "/b/", reason: "busy", isServed: true, askAgainAt }];
    stage.living.refresh();
    await stage.settle();
    expect(stage.living.status().sources[0]).toMatchObject({ nextAskAt: askAgainAt });
    expect(stage.living.status().sources[0]?.failure).toBeUndefined();
    source.problems = [];
    stage.living.refresh();
    await stage.settle();
    expect(source.loads).toBe(3);
    expect(stage.living.status().sources[0]?.nextAskAt).toBeLessThan(askAgainAt);
  });

  it("waits as long as an error of the whole source says, and never longer than a day", async () => {
    const source = new TestSource("site", [page("words")]);
    await using stage = await livingStage([source], { everyMs: 15 * MINUTE });
    const now = stage.clock.now();
    const askAgainAt = now + 400 * 24 * 60 * MINUTE;
    source.failure = { error: new SourceDownError("busy", askAgainAt), afterPages: 0 };
    stage.living.refresh();
    await stage.settle();
    const nextAskAt = stage.living.status().sources[0]?.nextAskAt ?? 0;
    expect(nextAskAt - now).toBeGreaterThan(23 * 60 * MINUTE);
    expect(nextAskAt - now).toBeLessThan(25 * 60 * MINUTE);
  });

  it("says of a source that gives what it had that it is down, and since when", async () => {
    const source = new TestSource("site", [page("words")]);
    await using stage = await livingStage([source], { everyMs: 15 * MINUTE });
    const before = stage.living.current;
    source.problems = [{ path: "site", reason: "no answer", isServed: true, isOutage: true }];
    stage.living.refresh();
    await stage.settle();
    expect(stage.living.current).toBe(before);
    expect(stage.living.status()).toMatchObject({
      unreadablePages: 0,
      sources: [{ failure: { count: 1, message: "site: no answer" } }],
    });
    source.problems = [];
    stage.living.refresh();
    await stage.settle();
    expect(stage.events.map(({ kind }) => kind)).toEqual(["source-failed", "source-recovered"]);
  });

  it("counts the pages that could not be read of what is served, not of all times", async () => {
    const source = new TestSource("docs", [page("words")]);
    await using stage = await livingStage([source]);
    const unreadable = async (count: number): Promise<number> => {
      source.problems = Array.from({ length: count }, (_, at) => ({ path: `${at}`, reason: "no" }));
      stage.living.refresh();
      await stage.settle();
      return stage.living.status().unreadablePages;
    };
    expect(await unreadable(3)).toBe(3);
    expect(await unreadable(3)).toBe(3);
    expect(await unreadable(1)).toBe(1);
    expect(await unreadable(0)).toBe(0);
  });

  it("reads once for many who ask while it reads", async () => {
    const source = new TestSource("docs", [page("words")]);
    await using stage = await livingStage([source]);
    for (let asked = 0; asked < 1_000; asked++) stage.living.refresh();
    await stage.settle();
    expect(source.loads).toBe(2);
  });
});
