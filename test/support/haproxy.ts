import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** Whether HAProxy is there, for `describe.skipIf`; in CI it may not be missing. */
export function haproxyIsThere(): boolean {
  const isThere = spawnSync("haproxy", ["-v"]).error === undefined;
  if (!isThere && process.env["REQUIRE_HAPROXY"] !== undefined) {
    throw new Error("haproxy is required: apt-get install haproxy");
  }
  return isThere;
}

export interface HaproxyOptions {
  /** Where it listens: a port that was free a moment ago. */
  readonly port: number;
  /** Ports of the servers on 127.0.0.1, in their order. */
  readonly servers: readonly number[];
  /** Whether the servers speak TLS. Default true. */
  readonly isSecure?: boolean;
  /** Says in the PROXY protocol that clients of these ports have these IPv4 addresses. */
  readonly sources?: readonly { readonly port: number; readonly address: string }[];
}

export interface Haproxy extends AsyncDisposable {
  readonly port: number;
  /** Resolves when the checks of a server have come out like this. */
  until(server: number, isUp: boolean): Promise<void>;
  /** A server is at another port from now on; it is down until a check says that it is not. */
  move(server: number, port: number): Promise<void>;
}

/**
 * HAProxy in TCP mode before HTTPS servers, which it asks `/readyz`, as the manual has it but for
 * the pace of the checks.
 */
export async function startHaproxy(options: HaproxyOptions): Promise<Haproxy> {
  const { port, servers, isSecure = true, sources = [] } = options;
  const folder = await temporaryFolder({});
  const socket = join(folder.path, "admin.sock");
  const flags = [
    "check",
    ...(isSecure ? ["check-ssl", "verify none"] : []),
    ...(sources.length > 0 ? ["send-proxy-v2", "check-send-proxy"] : []),
  ];
  const lines = [
    ...sources.map((source) => `  bind 127.0.0.1:${source.port}`),
    ...sources.map(
      ({ port: at, address }) =>
        `  tcp-request connection set-src ipv4(${address}) if { dst_port ${at} }`,
    ),
    ...servers.map((at, number) => `  server s${number} 127.0.0.1:${at} ${flags.join(" ")}`),
  ];
  const config = [
    "global",
    `  stats socket ${socket} mode 600 level admin`,
    "defaults",
    "  mode tcp",
    "  timeout connect 5s",
    "  timeout client 60s",
    "  timeout server 60s",
    "  timeout check 5s",
    "  retries 3",
    "  option redispatch 1",
    "listen docs",
    `  bind 127.0.0.1:${port}`,
    "  balance roundrobin",
    "  option httpchk",
    "  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host docs.example.test",
    "  http-check expect status 200",
    "  default-server inter 250ms fall 1 rise 1",
    ...lines,
  ].join("\n");
  const path = join(folder.path, "haproxy.cfg");
  await writeFile(path, `${config}\n`);
  const child = spawn("haproxy", ["-db", "-f", path], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  const exited = once(child, "exit");
  const command = (text: string): Promise<string> => ask(socket, text);
  const statusOf = async (server: number): Promise<string> => {
    const stats = await command("show stat docs 4 -1");
    const row = stats.split("\n").find((line) => line.startsWith(`docs,s${server},`));
    return row?.split(",")[17] ?? "";
  };
  const haproxy: Haproxy = {
    port,
    async until(server, isUp) {
      while ((await statusOf(server)).startsWith("UP") !== isUp) {
        if (child.exitCode !== null) throw new Error(`haproxy ended:\n${output}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async move(server, to) {
      await command(`set server docs/s${server} addr 127.0.0.1 port ${to}`);
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await exited;
      await folder[Symbol.asyncDispose]();
    },
  };
  // Its socket is there before anything else.
  for (;;) {
    if (child.exitCode !== null) throw new Error(`haproxy did not start:\n${output}`);
    if ((await command("show info").catch(() => "")) !== "") return haproxy;
  }
}

/** One command of HAProxy's runtime API and its answer. */
async function ask(path: string, command: string): Promise<string> {
  const socket = connect(path);
  socket.setEncoding("utf8");
  socket.end(`${command}\n`);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
