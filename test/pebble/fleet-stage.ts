import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Agent } from "node:https";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { Client } from "pg";
import { testDatabase } from "../store/postgres.ts";
import { DisposableResources } from "../support/disposable-resources.ts";
import { ask, askUntil, type ReadAnswer } from "../support/http-over.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Pebble } from "./start-pebble.ts";

export const NAME = "docs.example.test";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

export interface StageOptions {
  /** All in one certificate; the first one is asked for. Default {@link NAME}. */
  readonly names?: readonly [string, ...string[]];
}

export interface ReplicaProcess extends RunningDocport {
  readonly certs: string;
  readonly port: number;
  readonly acmePort: number;
  /** On a new connection, or on one of the agent's. */
  get(path: string, agent?: Agent): Promise<ReadAnswer>;
}

/** Replicas of the same names over a new database, and the cables between them and the world. */
export interface Stage extends AsyncDisposable {
  /** Of the database itself. */
  readonly url: string;
  readonly database: TcpProxy;
  readonly https: TcpProxy;
  readonly http: TcpProxy;
  start(certs?: string, flags?: readonly string[]): Promise<ReplicaProcess>;
  /** Leads the world to these replicas only. */
  lead(replicas: readonly ReplicaProcess[]): void;
  reconnect(): void;
  /** `docport cert` with the settings of the replicas; resolves to what it wrote, in both streams. */
  cert(...command: readonly string[]): Promise<string>;
  query<Row>(text: string): Promise<Row[]>;
}

export async function fleetStage(pebble: Pebble, options: StageOptions = {}): Promise<Stage> {
  const { names = [NAME] } = options;
  const [name] = names;
  const stack = new DisposableResources();
  const key = randomBytes(32).toString("base64");
  const home = stack.use(await testDatabase());
  const database = stack.use(await tcpProxy());
  const https = stack.use(await tcpProxy(pebble.tlsPort));
  const http = stack.use(await tcpProxy(pebble.httpPort));
  const roots = await pebble.management("/roots/0");
  const reconnect = (): void => database.lead([Number(new URL(home.url).port)]);
  reconnect();
  const lead = (replicas: readonly ReplicaProcess[]): void => {
    https.lead(replicas.map(({ port }) => port));
    http.lead(replicas.map(({ acmePort }) => acmePort));
  };
  const store = new URL(home.url);
  store.port = `${database.port}`;
  const environment = { DOCPORT_STORE_KEY: key };
  const newFolder = async (): Promise<string> =>
    stack.use(
      await temporaryFolder({
        "docs/index.md": "# Manual\n\nHow to install it.\n",
        "api-root.pem": pebble.apiRoots,
      }),
    ).path;
  const settings = (folder: string): readonly string[] => [
    ...names.flatMap((one) => ["--domain", one]),
    ...["--agree-tos", "--acme-directory", pebble.directoryUrl, "--store", store.href],
    ...["--acme-root", join(folder, "api-root.pem")],
  ];
  return {
    url: home.url,
    database,
    https,
    http,
    reconnect,
    lead,
    async start(givenCerts, flags = ["--drain", "off"]) {
      const folder = await newFolder();
      const certs = givenCerts ?? join(folder, "certs");
      const docport = stack.use(
        await startDocport(
          [
            ...["serve", join(folder, "docs"), ...settings(folder), "--certs", certs],
            ...["--host", "127.0.0.1", "--port", "0", "--acme-port", "0", "--log-level", "debug"],
            ...["--public-url", `https://${name}:${pebble.tlsPort}`],
            ...flags,
          ],
          environment,
        ),
      );
      const port = Number(/"localUrl":"https:\/\/[^"]*:(\d+)"/.exec(docport.output())?.[1]);
      const acmePort = Number(/"acme\.listening","port":(\d+)/.exec(docport.output())?.[1]);
      const get = (path: string, agent?: Agent): Promise<ReadAnswer> =>
        ask(`https://${name}:${port}${path}`, { roots, ...(agent && { agent }) });
      return { ...docport, certs, port, acmePort, get };
    },
    async cert(...command) {
      const folder = await newFolder();
      // Not in the way of what goes on in this process meanwhile.
      const child = spawn(process.execPath, [CLI, "cert", ...command, ...settings(folder)], {
        cwd: folder,
        env: { PATH: process.env["PATH"], HOME: folder, ...environment },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const written = [text(child.stdout), text(child.stderr)];
      await once(child, "close");
      return (await Promise.all(written)).join("");
    },
    async query<Row>(statement: string) {
      const client = new Client({ connectionString: home.url });
      await client.connect();
      try {
        return (await client.query(statement)).rows as Row[];
      } finally {
        await client.end();
      }
    },
    [Symbol.asyncDispose]: () => stack.dispose(),
  };
}

/** Until it shows a certificate that Pebble's root vouches for. */
export function ready(replica: ReplicaProcess): Promise<ReadAnswer> {
  return askUntil(
    () => replica.get("/healthz"),
    ({ status }) => status === 200,
    100_000,
  );
}

/** The kinds of all entries of the ledger, the oldest first. */
export async function ledgerKinds(stage: Stage): Promise<string[]> {
  const [ledger] = await stage.query<{ value: Buffer }>(
    "SELECT value FROM docport_values WHERE key = '.docport/ledger.jsonl'",
  );
  return (ledger?.value.toString() ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
}
