import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpsTransport } from "../../src/acme/https-transport.ts";
import type { AcmeTransport } from "../../src/acme/transport.ts";
import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
} from "../../src/lib/x509-extensions.ts";
import { createCertificate, keyIdentifierOf, toPem } from "../../src/lib/x509-writer.ts";
import { DAY_MS, newCa, newKey, pemOf } from "../support/certificates.ts";
import { judgeProgram } from "../support/judge-program.ts";

export type PebbleGeneration = "none" | "old" | "recent";

/**
 * Which Pebble is there: "recent" has ARI and profiles. With REQUIRE_PEBBLE=1 anything less
 * is an error, so that no test is skipped where it must not be.
 */
export function pebbleGeneration(): PebbleGeneration {
  const generation = findGeneration();
  if (generation !== "recent" && process.env["REQUIRE_PEBBLE"] === "1") {
    throw new Error(
      `a recent pebble is required, there is: ${generation}. Run JUDGES_BIN=$(tools/ci/install-judges.sh)`,
    );
  }
  return generation;
}

function findGeneration(): PebbleGeneration {
  const dnsServer = judgeProgram("pebble-challtestsrv");
  if (judgeProgram("pebble") === undefined || dnsServer === undefined) return "none";
  return hasFlag(dnsServer, "-dnsserver") ? "recent" : "old";
}

function hasFlag(path: string, flag: string): boolean {
  return spawnSync(path, ["-help"], { encoding: "utf8" }).stderr.includes(`  ${flag} `);
}

export interface PebbleOptions {
  /** PEBBLE_* switches. Validation does not sleep and nonces are not refused unless said here. */
  readonly env?: Readonly<Record<string, string>>;
  /** More members of the "pebble" object of its configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface Pebble extends AsyncDisposable {
  readonly directoryUrl: string;
  /** PEM of the root of Pebble's own API, for `createHttpsTransport` and NODE_EXTRA_CA_CERTS. */
  readonly apiRoots: string;
  readonly transport: AcmeTransport;
  /** The ports that its validation dials for HTTP-01 and TLS-ALPN-01. */
  readonly httpPort: number;
  readonly tlsPort: number;
  /** GET on the management interface, for example "/roots/0". */
  management(path: string, body?: object): Promise<string>;
  /** POST to the DNS server that answers Pebble, for example "set-txt". */
  dns(command: string, body: object): Promise<void>;
  /** Where those POSTs go, for a program of its own. */
  readonly dnsManagementUrl: string;
}

/**
 * Starts Pebble and its DNS server on free ports of 127.0.0.1 with an API certificate of their own;
 * every name resolves to 127.0.0.1. Both end when the result is disposed.
 */
export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  const folder = await mkdtemp(join(tmpdir(), "docport-pebble-"));
  const ports = await freePorts(6);
  const [apiPort = 0, managementPort = 0, dnsPort = 0, dnsManagementPort = 0] = ports;
  const [, , , , httpPort = 0, tlsPort = 0] = ports;
  const apiRoots = await writeApiCertificate(folder);
  const config = {
    listenAddress: `127.0.0.1:${apiPort}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: join(folder, "api.pem"),
    privateKey: join(folder, "api.key"),
    httpPort,
    tlsPort,
    externalAccountBindingRequired: false,
    keyAlgorithm: "ecdsa",
    // One profile only: an order without one would get any of several by chance.
    profiles: { default: { description: "90 days", validityPeriod: 7_776_000 } },
    ...options.config,
  };
  await writeFile(join(folder, "pebble.json"), JSON.stringify({ pebble: config }));
  const env = { PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0", PEBBLE_AUTHZREUSE: "0" };
  const processes = [
    run("pebble-challtestsrv", challengeServerArguments(dnsPort, dnsManagementPort), {}),
    run(
      "pebble",
      ["-strict", "-config", join(folder, "pebble.json"), "-dnsserver", `127.0.0.1:${dnsPort}`],
      { ...env, ...options.env },
    ),
  ];
  const dispose = async (): Promise<void> => {
    await Promise.all(processes.map(stop));
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const transport = createHttpsTransport({ roots: apiRoots });
    const directoryUrl = `https://localhost:${apiPort}/dir`;
    const request = (url: string, body?: string): Promise<string> => send(transport, url, body);
    await whenReady(() => request(directoryUrl), processes);
    await whenReady(() => plainPost(dnsManagementPort, "clear-txt", { host: "ready." }), processes);
    return {
      directoryUrl,
      apiRoots,
      transport,
      httpPort,
      tlsPort,
      management: (path, body) =>
        request(`https://localhost:${managementPort}${path}`, body && JSON.stringify(body)),
      dns: (command, body) => plainPost(dnsManagementPort, command, body),
      dnsManagementUrl: `http://127.0.0.1:${dnsManagementPort}`,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface RunningProgram {
  readonly child: ChildProcess;
  readonly output: string[];
}

function run(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningProgram {
  const path = judgeProgram(name);
  if (path === undefined) throw new Error(`there is no ${name}`);
  const child = spawn(path, args, { env: { ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output.push(chunk.toString());
      if (output.length > 200) output.shift();
    });
  }
  child.on("error", (error) => output.push(error.message));
  return { child, output };
}

async function stop({ child }: RunningProgram): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

/** The flags of the DNS server have changed: those that are not known are left out. */
function challengeServerArguments(dnsPort: number, managementPort: number): string[] {
  const path = judgeProgram("pebble-challtestsrv") ?? "";
  const flags = {
    "-dnsserver": `127.0.0.1:${dnsPort}`,
    "-dns01": `127.0.0.1:${dnsPort}`,
    "-management": `127.0.0.1:${managementPort}`,
    "-http01": "",
    "-https01": "",
    "-tlsalpn01": "",
    "-doh": "",
    "-defaultIPv4": "127.0.0.1",
    "-defaultIPv6": "",
  };
  return Object.entries(flags).flatMap(([flag, value]) =>
    hasFlag(path, flag) ? [flag, value] : [],
  );
}

async function whenReady<T>(
  ask: () => Promise<T>,
  programs: readonly RunningProgram[],
): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      const ended = programs.find(({ child }) => child.exitCode !== null);
      if (ended || tries >= 200) {
        throw new Error(
          `pebble did not start: ${programs.map(({ output }) => output.join("")).join("\n")}`,
          {
            cause: error,
          },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}

async function writeApiCertificate(folder: string): Promise<string> {
  const now = Date.now();
  const ca = newCa("Pebble API root", undefined, now);
  const key = newKey();
  const certificate = createCertificate({
    subject: "localhost",
    issuer: ca.name,
    issuerKey: ca.key,
    subjectKey: key,
    notBefore: now - DAY_MS,
    notAfter: now + 30 * DAY_MS,
    extensions: [
      basicConstraints({ ca: false }),
      keyUsage(["digitalSignature"]),
      extendedKeyUsage(["serverAuth"]),
      authorityKeyIdentifier(keyIdentifierOf(ca.key)),
      subjectAltName(["localhost", "127.0.0.1"]),
    ],
  });
  await writeFile(join(folder, "api.pem"), toPem("CERTIFICATE", certificate));
  await writeFile(join(folder, "api.key"), pemOf(key), { mode: 0o600 });
  return ca.pem;
}

async function send(transport: AcmeTransport, url: string, body?: string): Promise<string> {
  const response = await transport({
    method: body === undefined ? "GET" : "POST",
    url,
    headers: { "user-agent": "docport-test" },
    ...(body === undefined ? {} : { body }),
    maxBodyBytes: 1_000_000,
    signal: AbortSignal.timeout(10_000),
  });
  const text = Buffer.from(response.body).toString("utf8");
  if (response.status >= 300) throw new Error(`${url}: ${response.status} ${text}`);
  return text;
}

async function plainPost(port: number, command: string, body: object): Promise<void> {
  const url = `http://127.0.0.1:${port}/${command}`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${command}: ${response.status} ${await response.text()}`);
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once("error", reject);
          server.listen(0, "127.0.0.1", () => {
            const address = server.address();
            resolve(typeof address === "object" && address ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
