import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { systemCodeOf } from "../lib/errors.ts";
import type { ChangeWatch } from "./change-watch.ts";
import { type Survey, surveyFiles } from "./file-survey.ts";

export interface FileWatchOptions {
  /** A folder or a file; absolute. */
  readonly path: string;
  readonly clock: Clock;
  /** Default: {@link surveyFiles}. */
  readonly survey?: (path: string) => Promise<Survey>;
  /** Called once, when the system does not tell of changes: they are noticed a little later. */
  readonly onBlind?: (error: unknown) => void;
}

/** Files are looked at this often when the system tells nothing. */
const SWEEP_MS = 10_000;
/** A sweep takes no more than this share of the time, however many files there are. */
const MAX_SWEEP_SHARE = 0.01;
/** What has changed is written to the end when it stays the same for so long. */
const QUIET_MS = 250;
/** After this, what is written all the time is read as it is. */
const MAX_UNREST_MS = 10_000;
/** Hints come in swarms; a look is worth it when some have gathered. */
const MIN_HINT_MS = 50;
/** Looks for hints take no more than this share of the time. */
const MAX_HINT_SHARE = 0.2;
/** Folders that the system is asked about; a system has some thousands for everybody. */
const MAX_FOLDERS = 4_096;

/**
 * Notices changes of files. The system's events are taken for no more than a hint to look, because
 * they are lost, doubled and different everywhere; what counts is whether the files are others than
 * before. Without any event it looks every ten seconds, so that network file systems, bind mounts
 * and a folder that goes and comes back are followed too.
 */
export class FileWatch implements ChangeWatch {
  readonly #options: FileWatchOptions;
  readonly #survey: (path: string) => Promise<Survey>;
  readonly #watchers = new Map<string, FSWatcher>();
  #bell = new AbortController();
  #isHinted = false;
  #isBlind = false;
  #seen: Survey | undefined;

  constructor(options: FileWatchOptions) {
    this.#options = options;
    this.#survey = options.survey ?? surveyFiles;
  }

  /** Remembers what is there now: every later change is told of by {@link run}. */
  async look(): Promise<void> {
    this.#seen = await this.#survey(this.#options.path);
  }

  async run(onChange: () => void, signal: AbortSignal): Promise<void> {
    try {
      if (!this.#seen) await this.look();
      for (;;) {
        // What happens in a folder before it is watched is seen by a look afterwards.
        this.#watch();
        let sweptMs = await this.#sweep(onChange, signal);
        if (this.#watch()) sweptMs = await this.#sweep(onChange, signal);
        await this.#pause(sweptMs, signal);
      }
    } finally {
      for (const watcher of this.#watchers.values()) watcher.close();
      this.#watchers.clear();
    }
  }

  /** Looks once, and again until it is quiet if something is new. Gives how long a look takes. */
  async #sweep(onChange: () => void, signal: AbortSignal): Promise<number> {
    const { clock, path } = this.#options;
    const startedAt = clock.now();
    let found = await this.#survey(path);
    const sweptMs = clock.now() - startedAt;
    if (found.mark === this.#seen?.mark) return sweptMs;
    while (clock.now() - startedAt < MAX_UNREST_MS) {
      await clock.sleep(QUIET_MS, signal);
      const again = await this.#survey(path);
      const isQuiet = again.mark === found.mark;
      found = again;
      if (isQuiet) break;
    }
    const hasChanged = found.mark !== this.#seen?.mark;
    this.#seen = found;
    if (hasChanged) onChange();
    return sweptMs;
  }

  async #pause(sweptMs: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    await clock.sleep(Math.max(MIN_HINT_MS, sweptMs / MAX_HINT_SHARE), signal);
    if (!this.#isHinted) {
      this.#bell = new AbortController();
      const hinted = AbortSignal.any([signal, this.#bell.signal]);
      const pauseMs = Math.max(SWEEP_MS, sweptMs / MAX_SWEEP_SHARE);
      await clock.sleep(pauseMs, hinted).catch(() => {});
    }
    this.#isHinted = false;
    signal.throwIfAborted();
  }

  /** Watches the folders that were seen last. Gives whether there are new ones among them. */
  #watch(): boolean {
    const folders = this.#seen?.folders ?? [];
    // A file, or a folder that is not there, is seen from the folder that it is in.
    const above = dirname(this.#options.path);
    const wanted = new Set([above, ...folders.slice(0, MAX_FOLDERS)]);
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    const isNew = [...wanted].map(
      (folder) => !this.#watchers.has(folder) && this.#watchFolder(folder, folder !== above),
    );
    return isNew.includes(true);
  }

  #watchFolder(folder: string, isWithin: boolean): boolean {
    try {
      const watcher = watch(folder, { persistent: false });
      const forget = (): void => {
        watcher.close();
        if (this.#watchers.get(folder) === watcher) this.#watchers.delete(folder);
      };
      watcher.on("change", (event, name) => {
        // What else happens beside the place is nobody's business here.
        if (!isWithin && name !== null && String(name) !== basename(this.#options.path)) return;
        // When a folder itself was moved or removed, its watcher tells of nothing any more.
        if (event === "rename" && String(name) === basename(folder)) forget();
        this.#hint();
      });
      watcher.on("error", () => {
        forget();
        this.#hint();
      });
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      // A folder that has just gone is seen by the next look.
      if (this.#isBlind || systemCodeOf(error) === "ENOENT") return false;
      this.#isBlind = true;
      this.#options.onBlind?.(error);
      return false;
    }
  }

  #hint(): void {
    this.#isHinted = true;
    this.#bell.abort();
  }
}
