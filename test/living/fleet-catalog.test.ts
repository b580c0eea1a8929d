import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import type { KeptCatalog, KeptPage } from "../../src/catalog/kept-pages.ts";
import { openCatalog } from "../../src/catalog/open-catalog.ts";
import { ParsedDocuments } from "../../src/corpus/parsed-documents.ts";
import { FleetCatalog } from "../../src/living/fleet-catalog.ts";
import type { LivingEvent } from "../../src/living/living-status.ts";
import { LocalIndexCopy } from "../../src/living/local-index-copy.ts";
import { SourcesOrigin } from "../../src/living/sources-origin.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { bytesOf, publicationOf } from "./index-shelf-contract.ts";
import { MemoryShelfRoom } from "./memory-shelf.ts";
import { TestSource, testPage } from "./pages.ts";

const SETTINGS = { title: "Manual" };

interface Replica extends AsyncDisposable {
  readonly catalog: FleetCatalog;
  readonly events: LivingEvent[];
  readonly failures: unknown[];
  /** How many times it indexed everything. */
  builds(): number;
  readonly copy: string;
}

/** Replicas of one documentation, on one clock, which is no lease's. */
class Fleet implements AsyncDisposable {
  readonly clock: FakeClock = new FakeClock();
  readonly room: MemoryShelfRoom = new MemoryShelfRoom();
  readonly source: TestSource = new TestSource("docs", [testPage("a", "First", ["one"])]);
  readonly #closing: AsyncDisposable[] = [];

  async start(given: { readonly identity?: string; readonly folder?: string } = {}) {
    const folder = given.folder ?? (await this.folder());
    const events: LivingEvent[] = [];
    const failures: unknown[] = [];
    let builds = 0;
    const { clock, source } = this;
    const parsed = new ParsedDocuments();
    const build = async (): Promise<KeptCatalog> => {
      builds += 1;
      const kept: KeptPage[] = [];
      const onPage = (page: KeptPage): number => kept.push(page);
      const bytes = await buildCatalog([source], SETTINGS, { now: clock.now(), onPage });
      return { catalog: openCatalog(bytes), sources: [kept] };
    };
    const settings = { settings: SETTINGS, now: () => clock.now(), parsed };
    const opening = FleetCatalog.open({
      shelf: this.room.replica(),
      clock,
      random: () => 0.5,
      identity: given.identity ?? "same",
      openOrigin: async (before) =>
        new SourcesOrigin(before ?? (await build()), [{ name: "docs", source }], settings),
      openBytes: (bytes) => openCatalog(bytes),
      copy: new LocalIndexCopy(folder, (error) => failures.push(error)),
      onLead: () => {},
      onPublished: () => {},
      onFailure: (error) => failures.push(error),
      onEvent: (event) => events.push(event),
    });
    const catalog = await opening;
    catalog.start();
    const copy = join(folder, "fleet.docport");
    const replica: Replica = {
      ...{ catalog, events, failures, copy },
      builds: () => builds,
      [Symbol.asyncDispose]: () => catalog.close(),
    };
    this.#closing.push(replica);
    return replica;
  }

  async folder(): Promise<string> {
    const folder = await temporaryFolder({});
    this.#closing.push(folder);
    return folder.path;
  }

  /** Lets time pass, a little at a time, until something is so. */
  async until(isSo: () => boolean | Promise<boolean>): Promise<void> {
    for (let steps = 0; !(await isSo()); steps++) {
      if (steps > 2_000) throw new Error("it never came to that");
      await this.clock.advance(100);
    }
  }

  /** Until all serve these pages. */
  serve(replicas: readonly Replica[], pages: readonly string[]): Promise<void> {
    return this.until(() => replicas.every((one) => ids(one).join() === pages.join()));
  }

  /** Until one of them builds. */
  builds(replica: Replica): Promise<void> {
    return this.until(() => replica.catalog.fleetStatus().builds);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#closing.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  }
}

const ids = ({ catalog }: Replica): string[] => catalog.current.pages().map(({ id }) => id);
const TWO_PAGES = [testPage("a", "First", ["one"]), testPage("b", "Second", ["two"])];

describe("FleetCatalog", () => {
  it("has one build what all serve", async () => {
    await using fleet = new Fleet();
    const [one, two, three] = [await fleet.start(), await fleet.start(), await fleet.start()];
    expect([one.builds(), two.builds(), three.builds()]).toEqual([1, 0, 0]);
    await fleet.builds(one);
    expect(two.catalog.fleetStatus().builds).toBe(false);
    fleet.source.pages = TWO_PAGES;
    // Asked of one that does not build.
    three.catalog.refresh();
    await fleet.serve([one, two, three], ["a", "b"]);
    const revisions = [one, two, three].map(({ catalog }) => catalog.current.revision);
    expect(new Set(revisions).size).toBe(1);
    // What it has built it has: only the others download, once for each index.
    expect(fleet.room.fetches).toBe(4);
    const names = ({ catalog }: Replica): string[] =>
      catalog.status().sources.map(({ name }) => name);
    expect([names(one), names(two)]).toEqual([
      ["the fleet's index", "docs"],
      ["the fleet's index"],
    ]);
  });

  it("waits for the first index when another one builds it", async () => {
    await using fleet = new Fleet();
    const lease = await fleet.room.replica().tryLead();
    const starting = fleet.start();
    await fleet.clock.advance(10_000);
    const bytes = await buildCatalog([fleet.source], SETTINGS, { now: 0 });
    await lease?.publish(publicationOf("r", bytes));
    const replica = await starting;
    expect([ids(replica), replica.builds()]).toEqual([["a"], 0]);
    await lease?.release();
  });

  it("takes over from what was published, and indexes only what has changed", async () => {
    await using fleet = new Fleet();
    const one = await fleet.start();
    const two = await fleet.start();
    fleet.source.pages = TWO_PAGES;
    await one.catalog.close();
    await fleet.serve([two], ["a", "b"]);
    expect([two.catalog.fleetStatus().builds, two.builds()]).toEqual([true, 0]);
    expect(fleet.source.loads).toBe(2);
  });

  it("builds anew with other settings", async () => {
    await using fleet = new Fleet();
    const one = await fleet.start();
    const two = await fleet.start({ identity: "another" });
    await one.catalog.close();
    await fleet.builds(two);
    expect(two.builds()).toBe(1);
  });

  it("takes over from one whose lease has ended unseen, and which can publish no more", async () => {
    await using fleet = new Fleet();
    const one = await fleet.start();
    await fleet.builds(one);
    const two = await fleet.start();
    fleet.room.loseLease();
    fleet.source.pages = TWO_PAGES;
    await fleet.serve([one, two], ["a", "b"]);
    expect(two.catalog.fleetStatus().builds).toBe(true);
    fleet.source.pages = TWO_PAGES.slice(1);
    // Both read it, the one that was overtaken in vain.
    one.catalog.refresh();
    await fleet.until(() => one.failures.length > 0);
    expect(one.failures).toMatchObject([{ code: "ERR_STORE_LEASE" }]);
    expect([ids(one), ids(two)]).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
    two.catalog.refresh();
    await fleet.serve([one, two], ["b"]);
  });

  it("serves what is pinned while it goes on building, and then the newest", async () => {
    await using fleet = new Fleet();
    const [one, two] = [await fleet.start(), await fleet.start()];
    await fleet.builds(one);
    fleet.room.pinned = 1;
    fleet.source.pages = TWO_PAGES;
    one.catalog.refresh();
    const shelf = fleet.room.replica();
    await fleet.until(async () => (await shelf.look()).newest?.number === 2);
    await fleet.clock.advance(10_000);
    expect([ids(one), ids(two)]).toEqual([["a"], ["a"]]);
    expect(one.catalog.fleetStatus().missing).toBeUndefined();
    fleet.room.pinned = undefined;
    fleet.room.tell("index");
    await fleet.serve([one, two], ["a", "b"]);
  });

  it("starts from its own copy while the store is away, and catches up", async () => {
    await using fleet = new Fleet();
    const one = await fleet.start();
    await fleet.builds(one);
    const folder = await fleet.folder();
    await (await fleet.start({ folder })).catalog.close();
    fleet.room.isAway = true;
    const again = await fleet.start({ folder });
    expect([ids(again), again.builds()]).toEqual([["a"], 0]);
    fleet.room.isAway = false;
    fleet.source.pages = TWO_PAGES;
    again.catalog.refresh();
    await fleet.serve([again], ["a", "b"]);
  });

  it("builds for itself when there is neither a store nor a copy", async () => {
    await using fleet = new Fleet();
    fleet.room.isAway = true;
    const replica = await fleet.start();
    expect([ids(replica), replica.builds()]).toEqual([["a"], 1]);
    fleet.room.isAway = false;
    const shelf = fleet.room.replica();
    await fleet.until(async () => (await shelf.look()).newest !== undefined);
  });

  it("downloads nothing that its copy has, and does not trust a copy that is damaged", async () => {
    await using fleet = new Fleet();
    await fleet.builds(await fleet.start());
    const folder = await fleet.folder();
    const first = await fleet.start({ folder });
    await first.catalog.close();
    expect(fleet.room.fetches).toBe(1);
    await (await fleet.start({ folder })).catalog.close();
    expect(fleet.room.fetches).toBe(1);
    const bytes = await readFile(first.copy);
    await writeFile(first.copy, bytes.subarray(0, -1));
    expect(ids(await fleet.start({ folder }))).toEqual(["a"]);
    expect(fleet.room.fetches).toBe(2);
  });

  it("keeps what it has when it cannot open what it should serve, and says so", async () => {
    await using fleet = new Fleet();
    const one = await fleet.start();
    await fleet.builds(one);
    const two = await fleet.start();
    const lease = fleet.room.seize();
    await lease.publish(publicationOf("newer", bytesOf("of a later version")));
    await fleet.until(() => two.events.some(({ kind }) => kind === "source-failed"));
    expect(ids(two)).toEqual(["a"]);
    expect(two.catalog.fleetStatus()).toMatchObject({ missing: "newer" });
    // Who starts now makes its own, and some replica publishes one that all can read when it may.
    const three = await fleet.start();
    expect([ids(three), three.builds()]).toEqual([["a"], 1]);
    await lease.release();
    await fleet.until(() => two.catalog.fleetStatus().missing === undefined);
  });

  it("fails as a single server does when its sources cannot be read, and lets the next one try", async () => {
    await using fleet = new Fleet();
    fleet.source.failure = { error: new Error("no such folder"), afterPages: 0 };
    await expect(fleet.start()).rejects.toThrow("no such folder");
    fleet.source.failure = undefined;
    expect(ids(await fleet.start())).toEqual(["a"]);
  });
});
