import { constants } from "node:fs";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { systemCodeOf } from "../lib/errors.ts";
import { maskQuery } from "./mask-query.ts";
import { readLine, type UnansweredQuery, writeLine } from "./unanswered-query.ts";

/** Queries in the file before it is set aside; the one set aside before it goes. */
const MAX_LINES = 10_000;
/** Queries that wait for the disk. More are dropped: nobody waits for this file. */
const MAX_WAITING = 1_000;

const FILE = "unanswered.jsonl";
const OLDER_FILE = "unanswered.1.jsonl";

export interface GapFileOptions {
  /** Absolute path of the folder; made with mode 0700 when it is not there. */
  readonly folder: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Default 10,000; twice as many are kept. */
  readonly maxLines?: number;
  /** Told when the disk refuses; once until it takes again. */
  readonly onError: (error: unknown) => void;
}

/** Where unanswered queries are kept: masked, bounded, readable by the owner only. */
export class GapFile implements AsyncDisposable {
  readonly #options: GapFileOptions;
  readonly #maxLines: number;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #lineCount: number | undefined;
  #hasFailed = false;

  constructor(options: GapFileOptions) {
    this.#options = options;
    this.#maxLines = options.maxLines ?? MAX_LINES;
  }

  /** Keeps a query; returns at once. */
  add(query: string, closest: readonly string[]): void {
    const masked = maskQuery(query);
    if (masked === "" || this.#waiting.length >= MAX_WAITING) return;
    this.#waiting.push(writeLine({ at: this.#options.now(), query: masked, closest }));
    this.#writing ??= this.#writeAll();
  }

  /** Resolves when everything that was added is on the disk, or was refused by it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      // What is added meanwhile is written in one go by the next turn.
      await Promise.resolve();
      while (this.#waiting.length > 0) await this.#write(this.#waiting.splice(0));
      this.#hasFailed = false;
    } catch (error) {
      this.#waiting = [];
      this.#lineCount = undefined;
      if (!this.#hasFailed) this.#options.onError(error);
      this.#hasFailed = true;
    } finally {
      this.#writing = undefined;
    }
  }

  async #write(lines: readonly string[]): Promise<void> {
    const { folder } = this.#options;
    const path = join(folder, FILE);
    this.#lineCount ??= await countLines(folder);
    for (let from = 0; from < lines.length; ) {
      if (this.#lineCount >= this.#maxLines) {
        await rename(path, join(folder, OLDER_FILE));
        this.#lineCount = 0;
      }
      const some = lines.slice(from, from + this.#maxLines - this.#lineCount);
      await append(path, some.join(""));
      this.#lineCount += some.length;
      from += some.length;
    }
  }
}

async function append(path: string, text: string): Promise<void> {
  const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
  // A link that somebody put there would have us write to their file.
  const file = await open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    await file.appendFile(text);
  } finally {
    await file.close();
  }
}

async function countLines(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return (await linesOf(join(folder, FILE))).length;
}

/** Everything that is kept, the oldest first. A folder without such a file is empty. */
export async function readGaps(folder: string): Promise<readonly UnansweredQuery[]> {
  const lines = [
    ...(await linesOf(join(folder, OLDER_FILE))),
    ...(await linesOf(join(folder, FILE))),
  ];
  return lines.map(readLine).filter((query) => query !== undefined);
}

async function linesOf(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return [];
    throw error;
  }
}
