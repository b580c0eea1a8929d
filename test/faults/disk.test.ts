import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import type { Storage } from "../../src/certs/storage.ts";
import { storageError } from "../../src/certs/storage-error.ts";
import { makePair } from "../certs/make-pair.ts";
import { DAY, HOUR, KeeperStage, NAME } from "../certs/manager/keeper-stage.ts";

/** A disk that fails as a real one does, from the n-th write on, until it is mended. */
class FailingDisk extends MemoryStorage {
  code: string | undefined;
  writesLeft: number = Number.POSITIVE_INFINITY;

  override async store(key: string, value: Uint8Array | string): Promise<void> {
    this.#write(key);
    await super.store(key, value);
  }
  override async link(...args: Parameters<Storage["link"]>): Promise<void> {
    this.#write(args[0]);
    await super.link(...args);
  }
  override async delete(key: string): Promise<void> {
    if (this.code !== "ENOSPC") this.#write(key);
    await super.delete(key);
  }
  override async tryLock(name: string): ReturnType<Storage["tryLock"]> {
    if (this.code !== "ENOSPC") this.#write(name);
    return await super.tryLock(name);
  }

  #write(key: string): void {
    if (this.code === undefined || this.writesLeft-- > 0) return;
    throw storageError("write", key, Object.assign(new Error(this.code), { code: this.code }));
  }
}

describe.each(["ENOSPC", "EROFS", "EACCES", "EIO"])("a disk with %s", (code) => {
  it("from the start: nothing is asked of the CA that could not be written down", async () => {
    const storage = new FailingDisk();
    storage.code = code;
    storage.writesLeft = 0;
    const stage = await new KeeperStage({ storage }).start();
    await stage.pass(DAY);
    expect(stage.count("POST newAccount") + stage.count("POST newOrder")).toBe(0);
    expect(stage.manager.status()).toMatchObject({ state: "missing", trouble: {} });
    expect(stage.manager.status().trouble?.fix).not.toBe("");
    storage.code = undefined;
    await stage.pass(DAY);
    expect(stage.manager.status()).toMatchObject({ state: "ok" });
    expect(stage.manager.status().trouble).toBeUndefined();
    await stage.dispose();
  });

  it("at any write of an issuance: no order is lost, none is placed twice", async () => {
    for (let writes = 0; writes < 18; writes++) {
      const storage = new FailingDisk();
      storage.code = code;
      storage.writesLeft = writes;
      const stage = await new KeeperStage({ storage }).start();
      await stage.pass(HOUR);
      storage.code = undefined;
      await stage.pass(3 * HOUR);
      const { store } = stage.ca.server;
      expect(stage.manager.status().state, `${writes} writes`).toBe("ok");
      expect(await stage.visibleSerial()).toBe(stage.manager.current()?.chain.serialNumber);
      expect(store.orders.size, `${writes} writes`).toBe(1);
      expect(store.accounts.size, `${writes} writes`).toBe(1);
      expect(stage.ofType("unexpected")).toEqual([]);
      await stage.dispose();
    }
  });

  it("while a certificate is served: it goes on being served", async () => {
    const storage = new FailingDisk();
    const stage = await new KeeperStage({ storage }).start();
    storage.code = code;
    storage.writesLeft = 0;
    await stage.skip(58 * DAY);
    await stage.pass(7 * DAY);
    expect(stage.manager.status()).toMatchObject({ isReady: true });
    expect(stage.ca.server.store.orders.size).toBe(1);
    storage.code = undefined;
    await stage.pass(DAY);
    expect(stage.ca.issued).toHaveLength(2);
    await stage.dispose();
  });
});

it("keeps a Retry-After in memory that the disk did not take", async () => {
  const storage = new MemoryStorage();
  const store = storage.store.bind(storage);
  storage.store = (key, value) =>
    String(value).trimEnd().split("\n").at(-1)?.includes('"kind":"failed"')
      ? Promise.reject(storageError("write", key, new Error("bad sector")))
      : store(key, value);
  const stage = new KeeperStage({ storage });
  const retryAfter = String(34 * 3_600);
  const fault = { kind: "problem", status: 429, type: "rateLimited", retryAfter } as const;
  stage.ca.inject({ on: "newOrder", fault, times: 9 });
  await stage.start();
  await stage.pass(33 * HOUR);
  expect(stage.count("POST newOrder")).toBe(1);
  await stage.pass(2 * HOUR);
  expect(stage.count("POST newOrder")).toBe(2);
  await stage.dispose();
});

it("serves a user's own certificate from a read-only folder without a word", async () => {
  const storage = new FailingDisk();
  const mine = makePair();
  await storage.store(`${NAME}.cert.pem`, mine.certPem);
  await storage.store(`${NAME}.key.pem`, mine.keyPem);
  storage.code = "EROFS";
  storage.writesLeft = 0;
  const stage = await new KeeperStage({ storage }).start();
  await stage.pass(5 * DAY);
  expect(stage.manager.status()).toMatchObject({ state: "ok", isReady: true });
  expect(stage.manager.status().trouble).toBeUndefined();
  expect(stage.events.map(({ type }) => type)).toEqual(["swapped"]);
  await stage.dispose();
});

describe("files that somebody damaged", () => {
  const folder = `.docport/${NAME}`;
  it.each([
    ["a truncated certificate", [`${folder}/000001/cert.pem`, "-----BEGIN CERT"]],
    ["an empty key", [`${folder}/000001/key.pem`, ""]],
    ["a ledger of garbage", [".docport/ledger.jsonl", "\0\0\0{{{"]],
    ["renewal news of garbage", [`${folder}/renewal.json`, "[1,2"]],
    ["meta of garbage", [`${folder}/000001/meta.json`, "null"]],
  ] as const)("%s: found at the start, mended, and no crash", async (_, [key, content]) => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    await stage.dispose();
    await stage.storage.store(key, content);
    await stage.restart();
    await stage.pass(DAY);
    expect(stage.manager.status()).toMatchObject({ state: "ok" });
    expect(await stage.visibleSerial()).toBe(stage.manager.current()?.chain.serialNumber);
    expect(stage.ca.issued.length).toBeLessThanOrEqual(2);
    expect(stage.ofType("unexpected")).toEqual([]);
    await stage.dispose();
  });

  it("swapped while we run: what is served stays, and is written again without a new order", async () => {
    const stage = await new KeeperStage().start();
    await stage.pass(HOUR);
    const served = stage.manager.current();
    await stage.storage.store(`${folder}/000001/cert.pem`, served?.keyPem ?? "");
    await stage.storage.store(`${folder}/000001/key.pem`, served?.certPem ?? "");
    await stage.pass(HOUR);
    expect(stage.manager.current()).toBe(served);
    expect(await stage.visibleSerial()).toBe(served?.chain.serialNumber);
    expect(stage.ofType("quarantined")).toHaveLength(1);
    expect(stage.ofType("restored")).toHaveLength(1);
    expect(stage.ca.issued).toHaveLength(1);
    await stage.dispose();
  });

  it("an account key that is no key: set aside, and a new account", async () => {
    const stage = await new KeeperStage().start();
    await stage.dispose();
    const keys = await stage.storage.list(".docport/accounts");
    const key = keys.find((each) => each.endsWith("/key.pem")) ?? "";
    await stage.storage.store(key, "not a key");
    await stage.restart();
    await stage.skip(58 * DAY);
    await stage.pass(3 * DAY);
    expect(stage.manager.status().state).toBe("ok");
    expect(stage.ca.server.store.accounts.size).toBe(2);
    expect(await stage.storage.list(".docport/accounts")).toContain(`${key}.broken`);
    await stage.dispose();
  });
});

describe("two managers on one folder", () => {
  it("order once, and both serve it; renewals too", async () => {
    const stage = new KeeperStage();
    const second = new KeeperStage({ authorities: [stage.authority()] }, stage.clock);
    second.storage = stage.storage;
    second.manager = second.newManager();
    await Promise.all([stage.manager.start(), second.manager.start()]);
    // While one of them works the other one sleeps, so the clock may run ahead of the work.
    while (stage.ca.issued.length < 1) await stage.pass(HOUR);
    await stage.pass(58 * DAY);
    while (stage.ca.issued.length < 2) await stage.pass(HOUR);
    await stage.pass(2 * DAY);
    expect(stage.ca.issued.length).toBe(2);
    expect(stage.ca.server.store.accounts.size).toBe(1);
    expect(second.manager.current()?.chain.serialNumber).toBe(
      stage.manager.current()?.chain.serialNumber,
    );
    expect(second.manager.status().isReady).toBe(true);
    await stage.dispose();
    await second.dispose();
  });
});

describe("on a real disk", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "docport-keeper-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  it("issues, restarts, finds keys 0600 and folders 0700, and repairs a key that is open", async () => {
    const storage = new FileStorage(join(root, "a"));
    const stage = new KeeperStage({ storage });
    await stage.manager.start();
    await until(async () => {
      await stage.clock.advance(100);
      return stage.ofType("issued").length > 0;
    });
    await stage.manager[Symbol.asyncDispose]();
    const key = join(root, "a", `${NAME}.key.pem`);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect((await stat(join(root, "a/.docport"))).mode & 0o777).toBe(0o700);
    await chmod(key, 0o666);
    stage.manager = stage.newManager();
    await stage.manager.start();
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(stage.manager.status().state).toBe("ok");
    await stage.manager[Symbol.asyncDispose]();
    expect(stage.ca.issued).toHaveLength(1);
  });

  it("takes the lease from a process that was killed, and leaves it to one that lives", async () => {
    const folder = join(root, "b");
    await mkdir(folder);
    const holder = spawn(process.execPath, ["--import", "tsx", "-e", holderScript(folder)], {
      cwd: join(import.meta.dirname, "../.."),
      stdio: ["pipe", "pipe", "inherit"],
    });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const storage = new FileStorage(folder);
    expect(await storage.tryLock("certificates")).toBeUndefined();
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.kill("SIGKILL");
    await ended;
    const lease = await storage.tryLock("certificates");
    expect(lease).toBeDefined();
    await lease?.release();
  });

  it("says what is wrong when the folder is a file", async () => {
    const path = join(root, "c");
    await writeFile(path, "");
    const stage = new KeeperStage({ storage: new FileStorage(path) });
    await stage.manager.start();
    await until(() => Promise.resolve(stage.ofType("storage-trouble").length > 0));
    expect(stage.manager.status().trouble?.sentence).toContain(path);
    expect(stage.ca.requests).toEqual([]);
    await stage.manager[Symbol.asyncDispose]();
    expect(await readFile(path, "utf8")).toBe("");
  });
});

/** Takes the lease and holds it until it is killed. */
function holderScript(folder: string): string {
  const module = join(import.meta.dirname, "../../src/certs/file-storage.ts");
  return `import(${JSON.stringify(module)}).then(async ({ FileStorage }) => {
    await new FileStorage(${JSON.stringify(folder)}).tryLock("certificates");
    console.log("held");
    process.stdin.resume();
  });`;
}

/** Real files are read in the background, so a fake clock alone cannot tell when they are. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise<void>((resolve) => setImmediate(resolve));
}
