import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgresIsThere, testDatabase } from "../store/postgres.ts";
import { DisposableResources } from "../support/disposable-resources.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

interface Health {
  readonly pages: number;
  readonly revision: string;
}

/** Replicas of one folder, behind a proxy that ends TLS, which is not here. */
class IndexStage {
  readonly #stack = new DisposableResources();
  #url = "";
  #folder = "";
  #store = "";
  #count = 0;
  database!: TcpProxy;

  async open(): Promise<void> {
    const home = this.#stack.use(await testDatabase());
    this.#url = home.url;
    this.database = this.#stack.use(await tcpProxy());
    this.reconnect();
    const store = new URL(home.url);
    store.port = `${this.database.port}`;
    this.#store = store.href;
    const page = "# Manual\n\nHow to install it.\n";
    this.#folder = this.#stack.use(await temporaryFolder({ "docs/index.md": page })).path;
  }

  reconnect(): void {
    this.database.lead([Number(new URL(this.#url).port)]);
  }

  cut(): void {
    this.database.lead([]);
    this.database.cut();
  }

  async start(cache: string = join(this.#folder, `cache-${this.#count++}`)): Promise<Replica> {
    const docs = join(this.#folder, "docs");
    const docport = this.#stack.use(
      await startDocport([
        ...["serve", docs, "--host", "127.0.0.1", "--port", "0", "--log-level", "debug"],
        ...["--store", this.#store, "--cache", cache, "--drain", "off"],
      ]),
    );
    const health = async (): Promise<Health> =>
      (await (await fetch(`${docport.url}/healthz`)).json()) as Health;
    const swapped = (revision: string): Promise<void> =>
      docport.said(`"index.swapped","revision":"${revision}"`);
    return { ...docport, cache, health, swapped };
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.#folder, "docs", name), text);
  }

  use(revision: string): string {
    const args = [CLI, "index", "use", revision, "--store", this.#url];
    return spawnSync(process.execPath, args, { encoding: "utf8", env: {} }).stdout;
  }

  /** What the database would do by itself in half a minute. */
  async endLease(): Promise<void> {
    await this.query("UPDATE docport_leases SET expires_at = now()");
    await this.query("NOTIFY docport_changes, ':free'");
  }

  /** The revisions that were published, in their order. */
  async published(): Promise<readonly string[]> {
    const rows = await this.query("SELECT revision FROM docport_indexes ORDER BY number");
    return rows.map(({ revision }) => String(revision));
  }

  async query(text: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.#url });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  close(): Promise<void> {
    return this.#stack.dispose();
  }
}

interface Replica extends RunningDocport {
  readonly cache: string;
  health(): Promise<Health>;
  /** Resolves when it serves this revision, or has served it. */
  swapped(revision: string): Promise<void>;
}

const builds = (replica: Replica): boolean => replica.output().includes("index.builder");

describe.skipIf(!postgresIsThere())("replicas that share an index, without a domain", () => {
  let stage: IndexStage;
  beforeEach(async () => {
    stage = new IndexStage();
    await stage.open();
  });
  afterEach(() => stage.close());

  async function revisions(replicas: readonly Replica[]): Promise<ReadonlySet<string>> {
    const healths = await Promise.all(replicas.map((replica) => replica.health()));
    return new Set(healths.map(({ revision }) => revision));
  }

  async function newest(replica: Replica, count: number): Promise<string> {
    const found = (): string[] =>
      [...replica.output().matchAll(/"index.published","revision":"(\w+)"/g)].map(
        ([, revision = ""]) => revision,
      );
    while (found().length < count) await replica.heard();
    return found()[count - 1] ?? "";
  }

  it("has one build what five serve, and goes back and forth", async () => {
    const replicas = await Promise.all(Array.from({ length: 5 }, () => stage.start()));
    const builders = replicas.filter(builds);
    expect(builders).toHaveLength(1);
    const [builder] = builders;
    if (!builder) throw new Error("nobody builds");
    const [first = ""] = await revisions(replicas);
    await stage.write("two.md", "# Second\n\nWhat came later.\n");
    const second = await newest(builder, 2);
    await Promise.all(replicas.map((one) => one.swapped(second)));
    expect(await revisions(replicas)).toEqual(new Set([second]));
    expect(stage.use(first.slice(0, 10))).toContain(`serve revision ${first}`);
    await Promise.all(replicas.map((one) => one.swapped(first)));
    expect(await revisions(replicas)).toEqual(new Set([first]));
    const late = await stage.start();
    expect((await late.health()).revision).toBe(first);
    expect(stage.use("latest")).toContain("newest");
    await late.swapped(second);
    expect(await stage.published()).toEqual([first, second]);
  }, 120_000);

  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "goes on from the published index after %s of the one that builds",
    async (signal) => {
      const builder = await stage.start();
      const others = [await stage.start(), await stage.start()];
      process.kill(builder.pid, signal);
      try {
        await stage.endLease();
        const next = await Promise.race(
          others.map(async (other) => {
            await other.said("index.builder");
            return other;
          }),
        );
        await stage.write("two.md", "# Second\n\nWhat came later.\n");
        const second = await newest(next, 1);
        await Promise.all(others.map((one) => one.swapped(second)));
        const woken = signal === "SIGSTOP" ? [builder] : [];
        for (const one of woken) process.kill(one.pid, "SIGCONT");
        await Promise.all(woken.map((one) => one.swapped(second)));
        expect(await revisions([...woken, ...others])).toEqual(new Set([second]));
        // What was there was not published once more, neither by the next one nor by the last.
        expect(await stage.published()).toHaveLength(2);
      } finally {
        // One that is stopped would not hear that it should end.
        spawnSync("kill", ["-CONT", `${builder.pid}`]);
      }
    },
    120_000,
  );

  it("lets the next one build at once when the one that does is stopped", async () => {
    const builder = await stage.start();
    const other = await stage.start();
    expect(await builder.stop()).toBe(0);
    await other.said("index.builder");
    expect(await stage.published()).toHaveLength(1);
  }, 60_000);

  it("serves without the database, starts without it, and catches up", async () => {
    const builder = await stage.start();
    const other = await stage.start();
    const [first = ""] = await revisions([builder, other]);
    stage.cut();
    await other.said("store.away");
    expect(await revisions([builder, other])).toEqual(new Set([first]));
    expect(await other.stop()).toBe(0);
    const again = await stage.start(other.cache);
    expect((await again.health()).revision).toBe(first);
    stage.reconnect();
    await again.said("store.back");
    await stage.write("two.md", "# Second\n\nWhat came later.\n");
    const second = await newest(builder, 2);
    await again.swapped(second);
    expect(again.output().match(/store\.away/g)).toHaveLength(1);
  }, 90_000);
});
