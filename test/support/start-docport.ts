import { spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { resolve } from "node:path";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

export interface RunningDocport extends AsyncDisposable {
  /** Origin it serves at, no trailing slash. */
  readonly url: string;
  readonly mcpUrl: string;
  readonly pid: number;
  /** Everything it has written so far. */
  output(): string;
  /** Resolves when it has written this (so many times); rejects when it exits without. */
  said(text: string, times?: number): Promise<void>;
  /** Resolves when it writes something more; rejects when it exits. */
  heard(): Promise<void>;
  /** Sends SIGTERM and resolves to the exit code. */
  stop(): Promise<number | null>;
  /** Ends it as a power cut would, and resolves when it has. */
  kill(): Promise<void>;
}

/**
 * Starts the built command as a user would, and waits until it says where it serves.
 *
 * @param maxFileBlocks a disk that refuses every file longer than that; a block has 512 bytes.
 */
export async function startDocport(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { maxFileBlocks }: { readonly maxFileBlocks?: number } = {},
): Promise<RunningDocport> {
  const command = [process.execPath, CLI, ...args];
  const limited = ["sh", "-c", `ulimit -f ${maxFileBlocks}; exec "$@"`, "sh", ...command];
  const [program = "", ...rest] = maxFileBlocks === undefined ? command : limited;
  const child = spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  });
  let output = "";
  const heard = new EventEmitter();
  const exited = once(child, "exit").then(([code]: unknown[]) =>
    typeof code === "number" ? code : null,
  );
  const stop = async (): Promise<number | null> => {
    child.kill("SIGTERM");
    return exited;
  };
  const said = (text: string, times = 1): Promise<void> =>
    new Promise<void>((found, failed) => {
      const look = (): void => {
        if (output.split(text).length <= times) return;
        heard.off("output", look);
        found();
      };
      heard.on("output", look);
      look();
      void exited.then((code) => failed(new Error(`docport exited with ${code}:\n${output}`)));
    });
  const next = async (): Promise<void> => {
    const more = once(heard, "output");
    await Promise.race([
      more,
      exited.then((code) => Promise.reject(new Error(`docport exited with ${code}:\n${output}`))),
    ]);
  };
  const mcpUrl = await new Promise<string>((found, failed) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const match = output.match(/https?:\/\/\S+\/mcp(?=\s)/);
      if (match) found(match[0]);
      heard.emit("output");
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void exited.then((code) => failed(new Error(`docport exited with ${code}:\n${output}`)));
  });
  return {
    url: new URL(mcpUrl).origin,
    mcpUrl,
    pid: child.pid ?? 0,
    output: () => output,
    said,
    heard: next,
    stop,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
    async [Symbol.asyncDispose]() {
      await stop();
    },
  };
}
