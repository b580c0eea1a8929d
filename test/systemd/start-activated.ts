import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:net";
import { join, resolve } from "node:path";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

export interface ActivatedDocport extends AsyncDisposable {
  readonly pid: number;
  /** Ports of the sockets, in the order of their names. */
  readonly ports: readonly number[];
  output(): string;
  /** Resolves when a text has been written so often. */
  said(text: string, times?: number): Promise<void>;
  /** Stops the command and starts it again on the same sockets. */
  restart(): void;
}

/** The built command under a supervisor that opens the sockets, as systemd's socket units do. */
export async function startActivated(
  names: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ActivatedDocport> {
  const servers = await Promise.all(names.map(() => listening()));
  const ports = servers.map(portOf);
  const activator = join(import.meta.dirname, "activator.mjs");
  const child = spawn(
    process.execPath,
    [activator, names.join(":"), process.execPath, CLI, ...args],
    {
      stdio: ["pipe", "pipe", "pipe", ...servers.map(descriptorOf)],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    },
  );
  // From here on they are the activator's alone. Nobody knows the ports yet, so nobody was accepted.
  for (const server of servers) server.close();
  return supervise(child, ports);
}

function supervise(child: ChildProcess, ports: readonly number[]): ActivatedDocport {
  let output = "";
  const heard = new EventEmitter();
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    heard.emit("output");
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  const exited = once(child, "exit");
  return {
    pid: child.pid ?? 0,
    ports,
    output: () => output,
    said: (text, times = 1) =>
      new Promise<void>((found, failed) => {
        const look = (): void => {
          if (output.split(text).length <= times) return;
          heard.off("output", look);
          found();
        };
        heard.on("output", look);
        look();
        void exited.then(() => failed(new Error(`it exited:\n${output}`)));
      }),
    restart: () => void child.stdin?.write("restart\n"),
    async [Symbol.asyncDispose]() {
      child.stdin?.end("stop\n");
      await exited;
    },
  };
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Node has no name for it that is public. */
function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, "_handle");
  const fd: unknown = typeof handle === "object" && handle !== null && Reflect.get(handle, "fd");
  if (typeof fd !== "number") throw new Error("no descriptor");
  return fd;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no TCP");
  return address.port;
}
