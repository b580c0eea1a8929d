import { EventEmitter, once } from "node:events";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LockOwner } from "../../src/certs/file-lock.ts";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { storageError } from "../../src/certs/storage-error.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { storageContract } from "./storage-contract.ts";

let base: string;
let count = 0;
const newRoot = (): string => join(base, `root-${count++}`);

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), "docport-storage-"));
});
afterAll(() => rm(base, { recursive: true, force: true }));

storageContract("FileStorage", () => {
  const root = newRoot();
  return Promise.resolve({ storage: new FileStorage(root), second: new FileStorage(root) });
});

const modeOf = async (path: string): Promise<string> =>
  ((await stat(path)).mode & 0o777).toString(8);

describe("FileStorage", () => {
  it("tells of a key that another process changes", async () => {
    const root = newRoot();
    const storage = new FileStorage(root);
    expect(storage.watch("sub/asked.json", () => {})).toBeUndefined(); // There is no folder yet.
    await storage.store("sub/other.json", "0");
    const changes = new EventEmitter();
    const changed = once(changes, "change");
    const stop = storage.watch("sub/asked.json", () => changes.emit("change"));
    await new FileStorage(root).store("sub/other.json", "1");
    await new FileStorage(root).store("sub/asked.json", "1");
    await changed;
    expect(stop).toBeDefined();
    stop?.();
  });

  it("keeps secrets 0600 in folders 0700", async () => {
    const root = newRoot();
    await new FileStorage(root).store(".docport/x/key.pem", "k", { secret: true });
    expect(await modeOf(join(root, ".docport/x/key.pem"))).toBe("600");
    expect(await modeOf(join(root, ".docport/x"))).toBe("700");
    expect(await modeOf(root)).toBe("700");
  });

  it("repairs a key that others can read, through a link too, and a folder others can write", async () => {
    const root = newRoot();
    await mkdir(root);
    await chmod(root, 0o777);
    await writeFile(join(root, "real.pem"), "k", { mode: 0o644 });
    await symlink("real.pem", join(root, "d.key.pem"));
    const storage = new FileStorage(root);
    await storage.load("d.key.pem", { secret: true });
    expect(await modeOf(join(root, "real.pem"))).toBe("600");
    await storage.store("x", "y");
    expect(await modeOf(root)).toBe("755");
  });

  it("says what to do when the disk is full, read-only, or somebody else's", () => {
    const failing = (code: string): unknown => Object.assign(new Error(code), { code });
    const codeFor = (code: string): string => storageError("write", "/c/x", failing(code)).code;
    expect(codeFor("ENOSPC")).toBe("ERR_STORAGE_FULL");
    expect(codeFor("EDQUOT")).toBe("ERR_STORAGE_FULL");
    expect(codeFor("EROFS")).toBe("ERR_STORAGE_READ_ONLY");
    expect(codeFor("EACCES")).toBe("ERR_STORAGE_DENIED");
    expect(codeFor("EIO")).toBe("ERR_STORAGE_IO");
    expect(storageError("write", "/c/x", failing("ENOSPC")).hint).toContain("Free some space");
  });

  it("rejects with a code when the folder is a file", async () => {
    const root = newRoot();
    await writeFile(root, "");
    const storage = new FileStorage(root);
    await expect(storage.store("a", "1")).rejects.toMatchObject({ code: "ERR_STORAGE_IO" });
    expect(await storage.load("a")).toBeUndefined();
    await expect(storage.tryLock("l")).rejects.toMatchObject({ code: "ERR_STORAGE_IO" });
  });

  it("does not read a file of hundreds of megabytes into memory", async () => {
    const root = newRoot();
    await mkdir(root);
    await writeFile(join(root, "d.cert.pem"), Buffer.alloc(17 * 1024 * 1024));
    await expect(new FileStorage(root).load("d.cert.pem")).rejects.toMatchObject({
      code: "ERR_STORAGE_IO",
    });
  });

  it("sweeps what a killed write left, when it is old enough, and nothing else", async () => {
    const root = newRoot();
    const storage = new FileStorage(root);
    await storage.store("x/key.pem", "k");
    const old = join(root, "x/.key.pem.0123456789ab.tmp");
    const young = join(root, "x/.key.pem.ba9876543210.tmp");
    await writeFile(old, "half");
    await writeFile(young, "half");
    await utimes(old, 1, 1);
    expect(await storage.list("")).toEqual(["x/key.pem"]);
    await storage.sweep();
    expect((await readdir(join(root, "x"))).toSorted()).toEqual([
      ".key.pem.ba9876543210.tmp",
      "key.pem",
    ]);
    await new FileStorage(join(root, "missing")).sweep();
  });
});

describe("the file lock", () => {
  const me: LockOwner = { pid: process.pid, boot: "b", host: "h", instance: "me" };
  const held = async (owner: Partial<LockOwner>, clock: FakeClock): Promise<FileStorage> => {
    const root = newRoot();
    const holder = new FileStorage(root, { clock, owner: { ...me, ...owner } });
    // The holder "dies": its lease is never released, its clock never wakes it.
    expect(await holder.tryLock("l")).toBeDefined();
    return new FileStorage(root, { clock: new FakeClock(clock.now()), owner: me });
  };

  it.each([
    ["a process that is gone", { pid: 2 ** 22 + 1, instance: "gone" }],
    ["an earlier boot of this machine", { boot: "earlier", instance: "gone" }],
    ["an earlier process with our pid, as in a restarted container", { instance: "gone" }],
  ])("is taken from %s at once", async (_, owner) => {
    const storage = await held(owner, new FakeClock());
    const lease = await storage.tryLock("l");
    expect(lease).toBeDefined();
    await lease?.release();
  });

  it("is left to a living process, on this machine and on another", async () => {
    const parent = await held({ pid: process.ppid, instance: "parent" }, new FakeClock());
    expect(await parent.tryLock("l")).toBeUndefined();
    const far = await held({ host: "far", instance: "far" }, new FakeClock());
    expect(await far.tryLock("l")).toBeUndefined();
  });

  it("is taken from another machine that has been silent for 90 seconds", async () => {
    const root = newRoot();
    const clock = new FakeClock();
    const far = { ...me, host: "far", instance: "far" };
    await new FileStorage(root, { clock, owner: far }).tryLock("l");
    const later = new FakeClock(clock.now() + 91_000);
    expect(await new FileStorage(root, { clock: later, owner: me }).tryLock("l")).toBeDefined();
  });

  it("is kept by a heartbeat, and tells its owner when it was taken over", async () => {
    const root = newRoot();
    const clock = new FakeClock();
    const storage = new FileStorage(root, { clock, owner: me });
    const lease = await storage.tryLock("l");
    const path = join(root, ".docport/locks/l.lock");
    const before = await readFile(path, "utf8");
    await until(async () => {
      await clock.advance(10_000);
      return (await readFile(path, "utf8")) !== before;
    });
    expect(lease?.signal.aborted).toBe(false);
    await until(async () => {
      // Again and again: the heartbeat that was just being written may win the first time.
      await writeFile(path, before.replace(/"token":"\w+"/, '"token":"another"'));
      await clock.advance(10_000);
      return lease?.signal.aborted === true;
    });
    await lease?.release();
  });

  it.each(["", "{", "null", '{"pid":1}'])("survives a torn lock file: %j", async (content) => {
    const root = newRoot();
    const storage = new FileStorage(root, { clock: new FakeClock(), owner: me });
    await storage.store(".docport/locks/l.lock", content);
    expect(await storage.tryLock("l")).toBeDefined();
  });

  it("finishes a takeover that was killed in the middle", async () => {
    const storage = await held({ instance: "gone" }, new FakeClock());
    const guard = join(storage.root, ".docport/locks/l.lock.takeover");
    await writeFile(guard, "");
    expect(await storage.tryLock("l")).toBeUndefined();
    await utimes(guard, 1, 1);
    expect(await storage.tryLock("l")).toBeUndefined(); // Removes the guard,
    expect(await storage.tryLock("l")).toBeDefined(); // and the next tick takes over.
  });
});

/** Real files are read in the background, so a fake clock alone cannot tell when they are. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 500; i++) if (await isDone()) return;
  expect.fail("did not happen");
}
