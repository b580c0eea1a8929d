import { execFile, spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { DocportError, messageOf, systemCodeOf } from "../../lib/errors.ts";
import { BatchReader } from "./batch-reader.ts";
import { gitEnvironment } from "./git-environment.ts";
import { protocolOf, withoutCredentials } from "./git-location.ts";

export interface GitSettings {
  readonly repository: string;
  /** Of the process; git finds its helpers and the user's keys by it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Longest time of one command. */
  readonly timeoutMs: number;
  /** Largest download. */
  readonly maxBytes: number;
  readonly signal: AbortSignal | undefined;
}

/** Not for more than one reading at a time. */
export interface BlobReader extends AsyncDisposable {
  /** The bytes, or their number when there are more than `maxBytes`. */
  read(blob: string, maxBytes: number): Promise<Uint8Array | number>;
}

const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const MAX_QUOTED_CHARS = 400;
const WATCH_INTERVAL_MS = 500;
/** The name under which a load's own repository knows where blobs are to be had. */
const REMOTE = "docport";

/**
 * The `git` program, for one repository. It is started without a shell, may use the one protocol of
 * the repository's location, runs no hooks, asks nobody for a password, and follows no submodules.
 */
export class GitProgram {
  readonly #settings: GitSettings;

  constructor(settings: GitSettings) {
    this.#settings = settings;
  }

  /** The full names of the repository's branches and tags that are asked for, with their commits. */
  async listRemote(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { repository } = this.#settings;
    const output = await this.run(["ls-remote", "--quiet", "--", repository, ...names]);
    const lines = output.toString("utf8").split("\n");
    return new Map(
      lines.flatMap((line) => {
        const [oid = "", name = ""] = line.split("\t");
        return /^[0-9a-f]{40,64}$/.test(oid) && names.includes(name) ? [[name, oid] as const] : [];
      }),
    );
  }

  /** Makes a bare repository with the newest commit of a ref, and as few of its blobs as can be. */
  async fetch(folder: string, ref: string): Promise<void> {
    await this.run(["init", "--quiet", "--bare", "--template=", "--", folder]);
    await this.#download(folder, [
      ...["--depth=1", "--filter=blob:none", "--", REMOTE, `+${ref}:refs/docport/head`],
    ]);
  }

  /** Gets blobs, all in one request. */
  async fetchBlobs(folder: string, oids: readonly string[]): Promise<void> {
    if (oids.length === 0) return;
    const input = `${oids.join("\n")}\n`;
    await this.#download(folder, ["--filter=blob:none", "--stdin", "--", REMOTE], input);
  }

  /** What a command in a repository prints. Throws ERR_SOURCE_FETCH with what git says. */
  in(folder: string, args: readonly string[]): Promise<Buffer> {
    return this.run([`--git-dir=${folder}`, ...args]);
  }

  async run(args: readonly string[], input?: string, signal?: AbortSignal): Promise<Buffer> {
    const { timeoutMs } = this.#settings;
    const stop = signal ?? this.#settings.signal;
    stop?.throwIfAborted();
    const options = {
      env: gitEnvironment(this.#settings.env),
      timeout: timeoutMs,
      maxBuffer: MAX_OUTPUT_BYTES,
      killSignal: "SIGKILL",
      encoding: "buffer",
      ...(stop && { signal: stop }),
    } as const;
    return new Promise((resolve, reject) => {
      const child = execFile("git", [...this.#safety(), ...args], options, (error, out, errors) => {
        if (!error) return resolve(out);
        reject(stop?.aborted ? stop.reason : this.#failure(error, errors.toString("utf8")));
      });
      // A command that ends early does not read what it was given.
      child.stdin?.on("error", () => {});
      child.stdin?.end(input ?? "");
    });
  }

  /** The objects that a repository knows of and does not have. */
  async missingObjects(folder: string): Promise<ReadonlySet<string>> {
    const options = ["--objects", "--no-object-names", "--missing=print"];
    const output = await this.in(folder, ["rev-list", ...options, "refs/docport/head", "--"]);
    const lines = output.toString("utf8").split("\n");
    return new Set(lines.filter((line) => line.startsWith("?")).map((line) => line.slice(1)));
  }

  /** Reads blobs, one after the other, by one process. */
  openBlobs(folder: string): BlobReader {
    const { env, signal } = this.#settings;
    const args = [...this.#safety(), `--git-dir=${folder}`, "cat-file", "--batch"];
    const child = spawn("git", args, {
      env: gitEnvironment(env),
      stdio: ["pipe", "pipe", "ignore"],
      ...(signal && { signal }),
    });
    const ended = new Promise<void>((resolve) => {
      child.once("error", () => resolve()).once("close", () => resolve());
    });
    child.stdin.on("error", () => {});
    const batch = new BatchReader(child.stdout);
    return {
      read: async (blob, maxBytes) => {
        child.stdin.write(`${blob}\n`);
        const size = Number(/ blob (\d+)$/.exec(await batch.line())?.[1] ?? Number.NaN);
        signal?.throwIfAborted();
        if (Number.isNaN(size)) throw this.#error(`git does not have the blob ${blob}.`);
        return (await batch.bytes(size, size <= maxBytes)) ?? size;
      },
      [Symbol.asyncDispose]: async () => {
        child.kill("SIGKILL");
        await ended;
      },
    };
  }

  async #download(folder: string, args: readonly string[], input?: string): Promise<void> {
    const { clock, maxBytes, signal } = this.#settings;
    const stop = new AbortController();
    const done = new AbortController();
    const watching = (async () => {
      for (;;) {
        await clock.sleep(WATCH_INTERVAL_MS, done.signal);
        if ((await sizeOfPacks(folder)) > maxBytes) {
          stop.abort(this.#error(`It has more than ${maxBytes} bytes of documents.`));
        }
      }
    })().catch(() => {});
    const both = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
    const quiet = [
      "--quiet",
      "--no-tags",
      "--no-write-fetch-head",
      "--no-auto-gc",
      "--no-auto-maintenance",
    ];
    try {
      // As git does for itself: what is here is no help, and with it git looks for what is to come.
      const negotiation = ["-c", "fetch.negotiationAlgorithm=noop"];
      const command = [
        ...negotiation,
        `--git-dir=${folder}`,
        "fetch",
        ...quiet,
        "--no-recurse-submodules",
      ];
      await this.run([...command, ...args], input, both);
    } finally {
      done.abort();
      await watching;
    }
  }

  #safety(): readonly string[] {
    const { repository } = this.#settings;
    return [
      ...["-c", "protocol.allow=never"],
      ...["-c", `protocol.${protocolOf(repository)}.allow=always`],
      ...["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"],
      ...["-c", "core.askPass=", "-c", "gc.auto=0", "-c", "http.followRedirects=initial"],
      ...["-c", "fetch.fsckObjects=true", "-c", "submodule.recurse=false"],
      // Not written to the disk: it may hold a password.
      ...["-c", `remote.${REMOTE}.url=${repository}`, "-c", `remote.${REMOTE}.promisor=true`],
    ];
  }

  #failure(error: Error & { readonly killed?: boolean }, stderr: string): DocportError {
    const code = systemCodeOf(error);
    if (code === "ENOENT") {
      return new DocportError("ERR_SOURCE_FETCH", "The program git is not installed.", {
        hint: "Install git, which reads repositories.",
        cause: error,
      });
    }
    if (error.killed)
      return this.#error(`git did not end in ${this.#settings.timeoutMs} ms.`, error);
    const said = withoutCredentials(stderr).replaceAll(/\s+/g, " ").trim();
    return this.#error(`git says: ${said.slice(0, MAX_QUOTED_CHARS) || messageOf(error)}`, error);
  }

  #error(what: string, cause?: unknown): DocportError {
    const name = withoutCredentials(this.#settings.repository);
    return new DocportError(
      "ERR_SOURCE_FETCH",
      `The repository "${name}" cannot be read. ${what}`,
      {
        hint: "Check the location, and that `git ls-remote` can read it from here.",
        cause,
      },
    );
  }
}

async function sizeOfPacks(folder: string): Promise<number> {
  const packs = join(folder, "objects", "pack");
  const names = await readdir(packs).catch((): string[] => []);
  const sizes = names.map((name) =>
    stat(join(packs, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
