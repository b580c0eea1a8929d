import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "../sources/temporary-folder.ts";

export interface TestRepository {
  /** The bare repository that others read. */
  readonly path: string;
  /** Folder that the bare repository is in. */
  readonly folder: string;
  /** Commits these files (undefined: removed) on a branch at this time and publishes it. */
  commit(
    files: Readonly<Record<string, string | undefined>>,
    options?: { readonly branch?: string; readonly tag?: string; readonly at?: string },
  ): string;
  link(path: string, target: string): void;
}

const AUTHOR = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@example.org",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@example.org",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
};

export function gitRepository(): TestRepository {
  const folder = temporaryFolder();
  const path = join(folder, "docs.git");
  const work = join(folder, "work");
  const git = (args: readonly string[], env: Readonly<Record<string, string>> = {}): string =>
    execFileSync("git", [...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { PATH: process.env["PATH"], ...AUTHOR, ...env },
    }).trim();
  git(["init", "--quiet", "--bare", "-b", "main", path]);
  git(["clone", "--quiet", path, work]);
  return {
    path,
    folder,
    commit(files, { branch = "main", tag, at = "2026-01-01T00:00:00Z" } = {}) {
      try {
        git(["-C", work, "checkout", "--quiet", branch]);
      } catch {
        git(["-C", work, "checkout", "--quiet", "-b", branch]);
      }
      for (const [name, text] of Object.entries(files)) {
        const file = join(work, name);
        if (text === undefined) {
          rmSync(file);
          continue;
        }
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      }
      git(["-C", work, "add", "-A"]);
      const dates = { GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at };
      git(["-C", work, "commit", "--quiet", "-m", "x"], dates);
      if (tag !== undefined) git(["-C", work, "tag", "-a", tag, "-m", tag], dates);
      git(["-C", work, "push", "--quiet", "origin", branch, "--tags"]);
      return git(["-C", work, "rev-parse", "HEAD"]);
    },
    link: (name, target) => symlinkSync(target, join(work, name)),
  };
}

/** Serves the repository's folder by `git daemon`; the URL of the repository. */
export async function gitDaemon({ folder }: TestRepository, allowFilter: boolean): Promise<string> {
  const config = allowFilter ? ["-c", "uploadpack.allowFilter=true"] : [];
  // The daemon takes one connection by its standard input, so the port is this process's own.
  const server = createServer((socket) => {
    const args = [...config, "daemon", "--inetd", "--export-all", `--base-path=${folder}`, folder];
    const child = spawn("git", args, { stdio: ["pipe", "pipe", "ignore"] });
    socket.on("error", () => child.kill());
    child.stdin.on("error", () => {});
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return `git://127.0.0.1:${port}/docs.git`;
}
