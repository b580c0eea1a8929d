import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import type { Clock } from "../lib/clock.ts";
import { systemCodeOf } from "../lib/errors.ts";
import { isRecord, numberIn, parseJson, stringIn } from "./parse-json.ts";
import type { Lease } from "./storage.ts";

/** Who holds a lock: enough to tell a living owner from one that was killed. */
export interface LockOwner {
  readonly pid: number;
  /** Changes when the machine boots: a process of an earlier boot is dead. */
  readonly boot: string;
  readonly host: string;
  /** Random per process: in a container every process has the same pid. */
  readonly instance: string;
}

/** What the lock file says. */
interface HeldLock extends LockOwner {
  readonly token: string;
  /** Epoch milliseconds of the owner's last sign of life. */
  readonly heartbeat: number;
}

const HEARTBEAT_MS = 10_000;
/** Without a sign of life for this long the owner is taken for dead, wherever it runs. */
const DEAD_AFTER_MS = 90_000;
/** Taking over a dead lock takes microseconds; who needs longer was killed in the middle. */
const TAKEOVER_MS = 15_000;

const INSTANCE = randomBytes(8).toString("hex");

/** This process, as it signs its locks. */
export async function thisProcess(): Promise<LockOwner> {
  // Linux only; elsewhere the heartbeat decides alone.
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return { pid: process.pid, boot: boot.trim(), host: hostname(), instance: INSTANCE };
}

/**
 * A lock that is a file. Its owner renews a heartbeat in it; one whose owner is dead (same machine
 * and no such process, an earlier boot, or no heartbeat for 90 s) is taken over. An owner that wakes
 * from a long sleep in the very moment of being taken over may go on for one heartbeat more: the
 * heartbeat of the other then sees it, and one of the two gives up.
 */
export class FileLock {
  readonly #path: string;
  readonly #owner: LockOwner;
  readonly #clock: Clock;
  /** Tells two leases of one process apart. */
  readonly #token = randomBytes(8).toString("hex");

  constructor(path: string, owner: LockOwner, clock: Clock) {
    this.#path = path;
    this.#owner = owner;
    this.#clock = clock;
  }

  /** The lease, or undefined when a living process has it. Rejects with the file system's error. */
  async tryAcquire(): Promise<Lease | undefined> {
    if (await this.#create()) return this.#lease();
    const held = await this.#read();
    if (held && this.#isAlive(held)) return undefined;
    return (await this.#takeOver()) ? this.#lease() : undefined;
  }

  /** Creates the file with its content in one step; false when there is one already. */
  async #create(): Promise<boolean> {
    const temporary = `${this.#path}.${randomBytes(6).toString("hex")}.tmp`;
    await writeFile(temporary, this.#content(), { mode: 0o600, flag: "wx" });
    try {
      await link(temporary, this.#path);
      return true;
    } catch (error) {
      if (systemCodeOf(error) === "EEXIST") return false;
      // No hard links here (FAT, some network mounts): an exclusive create is the next best.
      return await this.#createExclusively();
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async #createExclusively(): Promise<boolean> {
    try {
      await writeFile(this.#path, this.#content(), { mode: 0o600, flag: "wx" });
      return true;
    } catch (error) {
      if (systemCodeOf(error) === "EEXIST") return false;
      throw error;
    }
  }

  /** Only one process at a time may judge and remove a dead lock, or two could each remove one. */
  async #takeOver(): Promise<boolean> {
    const guard = `${this.#path}.takeover`;
    try {
      await writeFile(guard, "", { mode: 0o600, flag: "wx" });
    } catch (error) {
      if (systemCodeOf(error) !== "EEXIST") throw error;
      const made = await stat(guard).catch(() => undefined);
      // Real time, because the file system stamps it: whoever made it is long gone.
      const isAbandoned = made !== undefined && Date.now() - made.mtimeMs > TAKEOVER_MS;
      if (isAbandoned) await rm(guard, { force: true });
      return false;
    }
    try {
      const held = await this.#read();
      if (held && this.#isAlive(held)) return false;
      await rm(this.#path, { force: true });
      return await this.#create();
    } finally {
      await rm(guard, { force: true });
    }
  }

  #isAlive(held: HeldLock): boolean {
    const owner = this.#owner;
    if (held.instance === owner.instance) return true;
    if (held.host === owner.host && held.boot === owner.boot) {
      if (held.pid === owner.pid || !processExists(held.pid)) return false;
    } else if (held.host === owner.host && owner.boot !== "") {
      return false;
    }
    const silentForMs = this.#clock.now() - held.heartbeat;
    // A heartbeat from the future was written before the clock was set back: it says nothing.
    return silentForMs < DEAD_AFTER_MS && silentForMs > -DEAD_AFTER_MS;
  }

  #lease(): Lease {
    const lost = new AbortController();
    const stop = new AbortController();
    const beating = this.#beat(lost, stop.signal);
    const release = async (): Promise<void> => {
      stop.abort();
      await beating;
      const held = await this.#read().catch(() => undefined);
      if (held?.token === this.#token) await rm(this.#path, { force: true });
    };
    return { signal: lost.signal, release, [Symbol.asyncDispose]: release };
  }

  async #beat(lost: AbortController, stop: AbortSignal): Promise<void> {
    for (;;) {
      try {
        await this.#clock.sleep(HEARTBEAT_MS, stop);
      } catch {
        return;
      }
      const held = await this.#read().catch(() => undefined);
      if (held?.token !== this.#token) {
        lost.abort(new Error("another process took over the lease on the certificates folder"));
        return;
      }
      await this.#renew().catch(() => undefined); // A full disk: the pid still speaks for us.
    }
  }

  async #renew(): Promise<void> {
    const temporary = `${this.#path}.${randomBytes(6).toString("hex")}.tmp`;
    try {
      await writeFile(temporary, this.#content(), { mode: 0o600, flag: "wx" });
      await rename(temporary, this.#path);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  async #read(): Promise<HeldLock | undefined> {
    let text: string;
    try {
      text = await readFile(this.#path, "utf8");
    } catch (error) {
      if (systemCodeOf(error) === "ENOENT") return undefined;
      throw error;
    }
    const value = parseJson(text);
    if (!isRecord(value)) return undefined;
    const pid = numberIn(value, "pid");
    const heartbeat = numberIn(value, "heartbeat");
    if (pid === undefined || heartbeat === undefined) return undefined;
    const field = (name: string): string => stringIn(value, name) ?? "";
    return {
      pid,
      heartbeat,
      boot: field("boot"),
      host: field("host"),
      instance: field("instance"),
      token: field("token"),
    };
  }

  #content(): string {
    return JSON.stringify({ ...this.#owner, token: this.#token, heartbeat: this.#clock.now() });
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0); // Signal 0 only asks.
    return true;
  } catch (error) {
    return systemCodeOf(error) === "EPERM"; // Somebody else's process, but alive.
  }
}
