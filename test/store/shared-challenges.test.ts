import { describe, expect, it } from "vitest";
import { HttpChallenges } from "../../src/certs/challenges/http-challenges.ts";
import { TlsAlpnChallenges } from "../../src/certs/challenges/tls-alpn-challenges.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { Database } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { PostgresStorage } from "../../src/store/postgres-storage.ts";
import { Replicas } from "../../src/store/replicas.ts";
import { SharedChallenges } from "../../src/store/shared-challenges.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { postgresIsThere, testDatabase } from "./postgres.ts";

const PATH = "/.well-known/acme-challenge/";
const ANSWER = { type: "http-01", token: "t0ken", keyAuthorization: "t0ken.thumb" } as const;

function replica(database: Database, id: string) {
  const clock = new FakeClock();
  const storage = new PostgresStorage({ database, clock: systemClock, holder: id });
  const replicas = new Replicas({ database, clock, id, name: id, status: () => ({}) });
  const sharing = new SharedChallenges({ storage, replicas });
  const http = new HttpChallenges();
  const tlsAlpn = new TlsAlpnChallenges();
  const follow = (): AsyncDisposable => sharing.follow({ http, tlsAlpn });
  return { clock, storage, replicas, sharing, http, tlsAlpn, follow };
}

describe.skipIf(!postgresIsThere())("SharedChallenges", () => {
  it("answers for each other, and no longer than the answer is published", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const leader = replica(database, "leader");
    const other = replica(database, "other");
    other.follow();
    // Its first look is over before there is anything to hear of.
    await other.sharing.refresh();
    const takeBack = await leader.sharing.publish(ANSWER);
    await leader.sharing.publish({
      type: "tls-alpn-01",
      serverName: "Docs.Example.com",
      cert: "CERT",
      key: "KEY",
    });
    await other.sharing.refresh();
    expect(other.http.answer(`${PATH}t0ken`)).toBe("t0ken.thumb");
    expect(other.tlsAlpn.get("docs.example.com")).toEqual({ cert: "CERT", key: "KEY" });
    await takeBack();
    await other.sharing.refresh();
    expect(other.http.answer(`${PATH}t0ken`)).toBeUndefined();
    expect(other.tlsAlpn.get("docs.example.com")).toBeDefined();
  });

  it("hears what was published before it came", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const answer = { serverName: "docs.example.com", cert: "CERT", key: "KEY" };
    await replica(database, "leader").sharing.publish({ type: "tls-alpn-01", ...answer });
    const late = replica(database, "late");
    late.follow();
    await expect
      .poll(() => late.tlsAlpn.get("docs.example.com"), { timeout: 15_000 })
      .toEqual({ cert: "CERT", key: "KEY" });
  });

  it("asks the store for a token that it has not heard of", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    await replica(database, "leader").sharing.publish(ANSWER);
    const late = replica(database, "late");
    expect(late.http.answer(`${PATH}t0ken`)).toBeUndefined();
    expect(await late.sharing.find("t0ken")).toBe("t0ken.thumb");
    expect(await late.sharing.find("unknown")).toBeUndefined();
  });

  it("tells the CA of nothing before the others have heard of that very answer", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const { storage } = replica(database, "leader");
    let letGo = (): void => {};
    const heard = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let tellAsked: (change: bigint) => void = () => {};
    const asked = new Promise<bigint>((resolve) => {
      tellAsked = resolve;
    });
    const sharing = new SharedChallenges({
      storage,
      replicas: {
        acknowledge: async () => {},
        untilHeard(change) {
          tellAsked(change);
          return heard;
        },
      },
    });
    const events: string[] = [];
    const publishing = sharing.publish(ANSWER).then(() => events.push("published"));
    // Were it published first, nobody would have been waited for.
    expect(await Promise.race([asked, publishing])).not.toBe(1);
    const [entry] = await storage.loadFolder("challenges");
    expect(await asked).toBe(entry?.change);
    expect(events).toEqual([]);
    letGo();
    await publishing;
    expect(events).toEqual(["published"]);
  });

  it("waits for a replica that is alive until it has heard, and for no other", async () => {
    await using home = await testDatabase();
    await using database = new Database({ url: home.url });
    await migrate(database);
    const leader = replica(database, "leader");
    const alive = replica(database, "alive");
    alive.follow();
    // Its first look is over before there is anything to hear of.
    await alive.sharing.refresh();
    await alive.replicas.acknowledge(0n);
    await replica(database, "dead").replicas.acknowledge(0n);
    await database.query(
      "UPDATE docport_replicas SET seen_at = now() - interval '1 hour' WHERE id = 'dead'",
    );
    const published: string[] = [];
    const publishing = leader.sharing.publish(ANSWER).then(() => published.push("published"));
    // The answer is in the store before anybody is waited for.
    while ((await alive.sharing.find("t0ken")) === undefined) await leader.clock.advance(0);
    await leader.clock.advance(25);
    expect(published).toEqual([]);
    await alive.sharing.refresh();
    while (published.length === 0) {
      await leader.clock.advance(25);
      await database.query("SELECT 1");
    }
    await publishing;
  });
});
