import { randomBytes } from "node:crypto";
import type { Clock } from "../../lib/clock.ts";
import { certificateFileName } from "../generations/file-name.ts";
import { loadText, type Storage } from "../storage.ts";
import {
  currentTicketKey,
  planTicketKeys,
  readTicketKeys,
  TICKET_KEY_BYTES,
  TICKET_KEY_LIFE_MS,
  type TicketKey,
  writeTicketKeys,
} from "./ticket-keys.ts";

export interface TicketKeeperOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  /** Of the certificate that the sessions are under. */
  readonly names: readonly string[];
  /** Makes a listener seal and open tickets with this key, and no other. */
  readonly activate: (key: Buffer) => void;
}

/** Where changes cannot be watched they are found after this long. */
const LOOK_MS = 600_000;
/** How soon to look again at what another process is just writing. */
const WRITING_MS = 1_000;

/** Storage key of the ticket keys for the certificate of these names. */
export function ticketKeysKey(names: readonly string[]): string {
  return `.docport/tickets.${certificateFileName(names[0] ?? "")}.json`;
}

/**
 * Lets clients resume their TLS sessions over restarts and on other replicas: all processes on one
 * storage take their ticket keys from it, and change them at the same time. What goes wrong costs
 * full handshakes and nothing else, so nothing here rejects: without the storage a process makes
 * keys of its own.
 */
export class TicketKeeper implements AsyncDisposable {
  readonly #options: TicketKeeperOptions;
  readonly #key: string;
  readonly #lease: string;
  readonly #stop = new AbortController();
  #keys: readonly TicketKey[] = [];
  /** Used while the storage has none for now. */
  #own: TicketKey | undefined;
  #active: Buffer | undefined;
  #isAskedToLook = false;
  #looking: Promise<number> = Promise.resolve(0);
  #running: Promise<void> | undefined;
  #unwatch: (() => void) | undefined;

  constructor(options: TicketKeeperOptions) {
    this.#options = options;
    this.#key = ticketKeysKey(options.names);
    this.#lease = `tickets.${certificateFileName(options.names[0] ?? "")}`;
  }

  /** Resolves when a key is in use, the storage's if it can be had. */
  async start(): Promise<void> {
    const pauseMs = await this.#lookInTurn(true);
    this.#running ??= this.#run(pauseMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unwatch?.();
    this.#stop.abort();
    await this.#running;
    await this.#looking;
  }

  async #run(firstPauseMs: number): Promise<void> {
    let pauseMs = firstPauseMs;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#options.clock.sleep(pauseMs, signal).catch(() => undefined);
      if (!signal.aborted) pauseMs = await this.#lookInTurn(true);
    }
  }

  /** However much news there is, one look waits for the one that runs. */
  #onNews(): void {
    if (this.#isAskedToLook || this.#stop.signal.aborted) return;
    this.#isAskedToLook = true;
    void this.#looking.then(() => {
      this.#isAskedToLook = false;
      if (!this.#stop.signal.aborted) void this.#lookInTurn(false);
    });
  }

  #lookInTurn(isTick: boolean): Promise<number> {
    this.#looking = this.#looking.then(() => this.#look(isTick));
    return this.#looking;
  }

  /** Milliseconds until the next look. */
  async #look(isTick: boolean): Promise<number> {
    const { clock, storage } = this.#options;
    let isWritten = true;
    try {
      this.#keys = await this.#load();
      // On news of another's keys nothing is written unless they are gone: two replicas whose clocks
      // differ would answer each other for ever.
      if (isTick || this.#keys.length === 0) isWritten = await this.#complete();
      this.#unwatch ??= storage.watch?.(this.#key, () => this.#onNews());
    } catch {
      // The keeper of the certificate works on the same storage, and says what is wrong with it.
    }
    this.#use();
    if (!isWritten) return WRITING_MS;
    const left = TICKET_KEY_LIFE_MS - (clock.now() % TICKET_KEY_LIFE_MS);
    return Math.min(LOOK_MS, left);
  }

  /** Adds what is missing; false when another process is at it. */
  async #complete(): Promise<boolean> {
    const { clock, storage } = this.#options;
    const plan = (): readonly TicketKey[] =>
      planTicketKeys(this.#keys, clock.now(), () => randomBytes(TICKET_KEY_BYTES));
    if (plan() === this.#keys) return true;
    await using lease = await storage.tryLock(this.#lease);
    if (!lease) return false;
    this.#keys = await this.#load();
    const planned = plan();
    if (planned === this.#keys) return true;
    await storage.store(this.#key, writeTicketKeys(planned), { secret: true });
    this.#keys = planned;
    return true;
  }

  async #load(): Promise<readonly TicketKey[]> {
    return readTicketKeys(
      (await loadText(this.#options.storage, this.#key, { secret: true })) ?? "",
    );
  }

  #use(): void {
    const { clock, activate } = this.#options;
    const now = clock.now();
    const { key } = currentTicketKey(this.#keys, now) ?? this.#ownKey(now);
    if (this.#active?.equals(key)) return;
    this.#active = key;
    activate(key);
  }

  #ownKey(now: number): TicketKey {
    if (!this.#own || !currentTicketKey([this.#own], now)) {
      this.#own = { from: now, key: randomBytes(TICKET_KEY_BYTES) };
    }
    return this.#own;
  }
}
