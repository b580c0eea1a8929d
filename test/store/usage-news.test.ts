import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientUsage } from "../../src/lib/client-usage.ts";
import { Database } from "../../src/store/database.ts";
import type { Fleet } from "../../src/store/open-fleet.ts";
import { readUsageNews, UsageNews, usageNews } from "../../src/store/usage-news.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { joinFleet } from "./join-fleet.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const POLL = { timeout: 15_000 };

describe("usageNews", () => {
  const clients = fc.string({ unit: "binary", minLength: 1, maxLength: 200 });
  const requests = fc.integer({ min: -1_000, max: 100_000 }).map((hundredths) => hundredths / 100);

  it("is read as it was told, in pieces that PostgreSQL takes", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(clients, requests), { maxLength: 500 }), (entries) => {
        const usage = new Map(entries.filter(([, used]) => used !== 0));
        const news = usageNews("me", usage);
        for (const one of news) expect(Buffer.byteLength(one)).toBeLessThan(8_000);
        const read = news.map(readUsageNews);
        expect(read.every((one) => one?.id === "me")).toBe(true);
        expect(new Map(read.flatMap((one) => [...(one?.usage ?? [])]))).toEqual(usage);
      }),
    );
  });

  it("leaves out those that used least, when there are too many, and names that are too long", () => {
    const usage = new Map(Array.from({ length: 5_000 }, (_, i) => [`client ${i}`, i + 1] as const));
    const told = usageNews("me", usage).flatMap((one) => [...(readUsageNews(one)?.usage ?? [])]);
    expect(told).toHaveLength(2_000);
    expect(Math.min(...told.map(([, used]) => used))).toBe(3_001);
    expect(usageNews("me", new Map([["x".repeat(201), 1]]))).toEqual([]);
  });

  it.each([
    ["no JSON", "{"],
    ["another shape", '{"id":"a"}'],
    ["no list", '["a",1]'],
    ["no name", '["a",[[1,1]]]'],
    ["no pair", '["a",["x"]]'],
    ["a number that is none", '["a",[["x","1"]]]'],
    ["more than anybody can use", '["a",[["x",1e9]]]'],
    ["no finite number", '["a",[["x",1e999]]]'],
    ["a name that is too long", `["a",[["${"x".repeat(201)}",1]]]`],
  ])("is not read from %s", (_, news) => {
    expect(readUsageNews(news)).toBeUndefined();
  });

  it("is read from nothing that is not ours, and never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (news) => {
        const read = readUsageNews(news);
        expect(read === undefined || typeof read.id === "string").toBe(true);
      }),
    );
  });
});

describe("UsageNews", () => {
  it("tells later the more replicas there are, and forgets those that are silent", () => {
    const clock = new FakeClock();
    const database = new Database({ url: "postgres://127.0.0.1:1/none" });
    const news = new UsageNews({ database, clock, id: "me" });
    const heard: ClientUsage[] = [];
    const stop = news.hear((usage) => heard.push(usage));
    const say = (id: string): void => {
      for (const one of usageNews(id, new Map([["x", 1]]))) news.tellListeners(one);
    };
    say("me");
    expect(heard).toEqual([]);
    expect(news.pauseMs).toBe(1_000);
    for (let i = 0; i < 199; i++) say(`replica ${i}`);
    expect(heard).toHaveLength(199);
    expect(news.pauseMs).toBe(4_000);
    clock.jump(clock.now() + 61_000);
    say("replica 1");
    expect(news.pauseMs).toBe(1_000);
    stop();
    say("replica 1");
    expect(heard).toHaveLength(200);
  });
});

describe.skipIf(!postgresIsThere())("UsageNews over a database", () => {
  it("reaches the other replicas, in as many pieces as it needs", async () => {
    await using home = await testDatabase();
    await using one = await joinFleet(home.url);
    await using two = await joinFleet(home.url);
    const heard = new Map<string, number>();
    const own: ClientUsage[] = [];
    one.usagePeers.hear((usage) => own.push(usage));
    two.usagePeers.hear((usage) => {
      for (const [client, requests] of usage) heard.set(client, requests);
    });
    const usage = new Map(
      Array.from({ length: 1_000 }, (_, i) => [`2001:db8:${i}::/64`, 1.5] as const),
    );
    // Until it listens: what is told before is told to nobody.
    await expect
      .poll(async () => {
        await one.usagePeers.tell(usage);
        return heard.size;
      }, POLL)
      .toBe(1_000);
    expect(heard).toEqual(usage);
    expect(own).toEqual([]);
  });

  it("does not reach a fleet in another schema of the database", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await database.query("CREATE SCHEMA elsewhere");
    await using one = await joinFleet(home.url);
    await using two = await joinFleet(`${home.url}?options=-csearch_path%3Delsewhere`);
    await using three = await joinFleet(home.url);
    const heardByTwo = new Set<string>();
    const heardByThree = new Set<string>();
    two.usagePeers.hear((usage) => heardByTwo.add([...usage.keys()].join()));
    three.usagePeers.hear((usage) => heardByThree.add([...usage.keys()].join()));
    const tell = async (fleet: Fleet, client: string, heard: Set<string>): Promise<void> => {
      const poll = async (): Promise<boolean> => {
        await fleet.usagePeers.tell(new Map([[client, 1]]));
        return heard.has(client);
      };
      await expect.poll(poll, POLL).toBe(true);
    };
    await using four = await joinFleet(`${home.url}?options=-csearch_path%3Delsewhere`);
    // Until it listens; then what comes from the others has come before what comes from its own.
    await tell(four, "first", heardByTwo);
    await tell(one, "other", heardByThree);
    await tell(four, "last", heardByTwo);
    expect([...heardByTwo]).toEqual(["first", "last"]);
  });
});
