/**
 * From process start to the first valid HTTPS answer, cold (no certificate) and warm, against a
 * Pebble without sleeps; requests to the CA for a first certificate; peak memory.
 *
 *     npm run build && (cd bench && npm ci)
 *     JUDGES_BIN=$(tools/ci/install-judges.sh) npx tsx bench/issue.ts [RUNS]
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pebbleWithoutRenewalInfo } from "../test/pebble/pebble-without-renewal-info.ts";
import { type Pebble, startPebble } from "../test/pebble/start-pebble.ts";
import { ask } from "../test/support/http-over.ts";

const RUNS = Number(process.argv[2] ?? 10);
const NAME = "docs.example.test";
const ROOT = resolve(import.meta.dirname, "..");

interface Contestant {
  readonly name: string;
  /** Command line for a server that keeps its certificates in `folder`. */
  command(folder: string, pebble: Pebble): Promise<readonly string[]>;
  /** Environment besides PATH. */
  readonly env?: (folder: string) => Readonly<Record<string, string>>;
}

const docport: Contestant = {
  name: "docport",
  command: async (folder, pebble) => [
    ...[process.execPath, join(ROOT, "dist/cli.js"), "serve", join(folder, "docs")],
    ...["--domain", NAME, "--host", "127.0.0.1", "--agree-tos", "--certs", join(folder, "certs")],
    ...["--port", `${pebble.tlsPort}`, "--acme-port", `${pebble.httpPort}`],
    ...["--acme-directory", pebble.directoryUrl, "--acme-root", join(folder, "api-root.pem")],
  ],
};

const withoutTls: Contestant = {
  name: "docport without TLS",
  command: async (folder, pebble) => [
    ...[process.execPath, join(ROOT, "dist/cli.js"), "serve", join(folder, "docs")],
    ...["--port", `${pebble.httpPort}`],
  ],
};

const caddy: Contestant = {
  name: "Caddy",
  async command(folder, pebble) {
    const file = join(folder, "Caddyfile");
    await writeFile(
      file,
      `{
  admin off
  storage file_system ${folder}/caddy
  skip_install_trust
  http_port ${pebble.httpPort}
  https_port ${pebble.tlsPort}
  acme_ca ${pebble.directoryUrl}
  acme_ca_root ${folder}/api-root.pem
}
${NAME} {
  respond "ok"
}
`,
    );
    return ["caddy", "run", "--config", file, "--adapter", "caddyfile"];
  },
  env: (folder) => ({ HOME: folder }),
};

const originalFlow: Contestant = {
  name: "acme-client, original flow",
  command: async (folder, pebble) => [
    ...[process.execPath, join(ROOT, "bench/issue/original-flow.mjs"), pebble.directoryUrl],
    ...[join(folder, "certs"), `${pebble.tlsPort}`, `${pebble.httpPort}`, NAME],
  ],
  env: (folder) => ({ NODE_EXTRA_CA_CERTS: join(folder, "api-root.pem") }),
};

interface Measured {
  readonly ms: number;
  readonly peakMb: number;
}

async function measure(
  contestant: Contestant,
  folder: string,
  pebble: Pebble,
  roots: string,
): Promise<Measured> {
  const [program = "", ...args] = await contestant.command(folder, pebble);
  const env = { PATH: process.env["PATH"], HOME: folder, ...contestant.env?.(folder) };
  const startedAt = performance.now();
  const child = spawn(program, args, { env, stdio: "ignore" });
  try {
    const isPlain = contestant === withoutTls;
    const url = isPlain
      ? `http://localhost:${pebble.httpPort}`
      : `https://${NAME}:${pebble.tlsPort}`;
    const path = contestant === docport || isPlain ? "/healthz" : "/";
    await untilAnswer(child, async () => {
      const { status } = await ask(url + path, isPlain ? {} : { roots });
      // While it starts, it says so.
      if (status !== 200) throw new Error(`status ${status}`);
    });
    return { ms: performance.now() - startedAt, peakMb: peakOf(child) };
  } finally {
    child.kill("SIGKILL");
    if (child.exitCode === null) await once(child, "exit");
  }
}

async function untilAnswer(child: ChildProcess, question: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      await question();
      return;
    } catch (error) {
      if (Date.now() > end || child.exitCode !== null) throw error;
      await new Promise((done) => setTimeout(done, 5));
    }
  }
}

function peakOf(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

async function newFolder(pebble: Pebble): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "docport-bench-"));
  await writeFile(join(folder, "api-root.pem"), pebble.apiRoots);
  spawnSync("mkdir", [join(folder, "docs")]);
  await writeFile(join(folder, "docs/index.md"), "# Manual\n\nHow to install it.\n");
  return folder;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Requests of one cold start, counted on the way to the CA. */
async function countRequests(contestant: Contestant): Promise<number> {
  await using pebble = await pebbleWithoutRenewalInfo(await startPebble());
  const folder = await newFolder(pebble);
  const roots = await pebble.management("/roots/0");
  await measure(contestant, folder, pebble, roots);
  await rm(folder, { recursive: true });
  return pebble.requests.length;
}

await using pebble = await startPebble();
const roots = await pebble.management("/roots/0");
const contestants = [docport, caddy, originalFlow].filter(
  ({ name }) => name !== "Caddy" || spawnSync("caddy", ["version"]).error === undefined,
);
const cold = new Map(contestants.map((one) => [one, [] as Measured[]]));
const warm = new Map([...contestants, withoutTls].map((one) => [one, [] as Measured[]]));
// Turn by turn, so that what else the machine does hits everybody.
for (let run = 0; run < RUNS; run++) {
  for (const contestant of contestants) {
    const folder = await newFolder(pebble);
    cold.get(contestant)?.push(await measure(contestant, folder, pebble, roots));
    warm.get(contestant)?.push(await measure(contestant, folder, pebble, roots));
    if (contestant === docport) {
      warm.get(withoutTls)?.push(await measure(withoutTls, folder, pebble, roots));
    }
    await rm(folder, { recursive: true });
  }
}
console.log(
  "| server | cold ms | warm ms | requests | peak RSS MB |\n| --- | --- | --- | --- | --- |",
);
for (const contestant of [...contestants, withoutTls]) {
  const first = cold.get(contestant) ?? [];
  const second = warm.get(contestant) ?? [];
  const requests = contestant === withoutTls ? "" : await countRequests(contestant);
  const cells = [
    contestant.name,
    first.length === 0 ? "" : median(first.map(({ ms }) => ms)).toFixed(0),
    median(second.map(({ ms }) => ms)).toFixed(0),
    requests,
    Math.max(...[...first, ...second].map(({ peakMb }) => peakMb)).toFixed(0),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
