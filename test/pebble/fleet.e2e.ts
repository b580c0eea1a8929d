import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresIsThere, type TestDatabase, testDatabase } from "../store/postgres.ts";
import { ask, askUntil, type ReadAnswer } from "../support/http-over.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const NAME = "docs.example.test";
const REPLICAS = 5;
const isPossible = pebbleGeneration() !== "none" && postgresIsThere();

interface ReplicaProcess extends RunningDocport {
  readonly certs: string;
  get(path: string): Promise<ReadAnswer>;
}

describe.skipIf(!isPossible)("replicas behind a load balancer, against Pebble", () => {
  let pebble: Pebble;
  let home: TestDatabase;
  let database: TcpProxy;
  let https: TcpProxy;
  let http: TcpProxy;
  const key = randomBytes(32).toString("base64");
  const stack = new AsyncDisposableStackLike();

  beforeAll(async () => {
    pebble = stack.use(await startPebble());
    home = stack.use(await testDatabase());
    database = stack.use(await tcpProxy());
    database.lead([Number(new URL(home.url).port)]);
    https = stack.use(await tcpProxy(pebble.tlsPort));
    http = stack.use(await tcpProxy(pebble.httpPort));
  });
  afterAll(() => stack.dispose());

  async function startReplica(certs?: string): Promise<ReplicaProcess> {
    const folder = stack.use(
      await temporaryFolder({
        "docs/index.md": "# Manual\n\nHow to install it.\n",
        "api-root.pem": pebble.apiRoots,
      }),
    );
    const store = new URL(home.url);
    store.port = `${database.port}`;
    const ownCerts = certs ?? join(folder.path, "certs");
    const docport = await startDocport(
      [
        ...["serve", join(folder.path, "docs"), "--domain", NAME, "--agree-tos"],
        ...["--host", "127.0.0.1", "--port", "0", "--acme-port", "0", "--log-level", "debug"],
        ...["--public-url", `https://${NAME}:${pebble.tlsPort}`, "--certs", ownCerts],
        ...["--acme-directory", pebble.directoryUrl],
        ...["--acme-root", join(folder.path, "api-root.pem"), "--store", store.href],
      ],
      { DOCPORT_STORE_KEY: key },
    );
    stack.use(docport);
    const port = Number(/"localUrl":"https:\/\/[^"]*:(\d+)"/.exec(docport.output())?.[1]);
    const acmePort = Number(/"acme\.listening","port":(\d+)/.exec(docport.output())?.[1]);
    ports.push({ port, acmePort });
    https.lead(ports.map((each) => each.port));
    http.lead(ports.map((each) => each.acmePort));
    const roots = await pebble.management("/roots/0");
    const get = (path: string): Promise<ReadAnswer> =>
      ask(`https://${NAME}:${port}${path}`, { roots });
    return { ...docport, certs: ownCerts, get };
  }
  const ports: { readonly port: number; readonly acmePort: number }[] = [];

  const ready = (replica: ReplicaProcess): Promise<ReadAnswer> =>
    askUntil(
      () => replica.get("/healthz"),
      ({ status }) => status === 200,
      60_000,
    );

  async function query<Row>(text: string): Promise<Row[]> {
    const client = new Client({ connectionString: home.url });
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  it("makes one order although all of them start at once, and all serve its certificate", async () => {
    const replicas = await Promise.all(Array.from({ length: REPLICAS }, () => startReplica()));
    const answers = await Promise.all(replicas.map(ready));
    expect(new Set(answers.map(({ fingerprint256 }) => fingerprint256)).size).toBe(1);
    const [ledger] = await query<{ value: Buffer }>(
      "SELECT value FROM docport_values WHERE key = '.docport/ledger.jsonl'",
    );
    const kinds = (ledger?.value.toString() ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === "attempt")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "issued")).toHaveLength(1);
    const [sealed] = await query<{ value: Buffer }>(
      "SELECT value FROM docport_values WHERE key LIKE '%/key.pem' AND key LIKE '.docport/docs%'",
    );
    expect(sealed?.value.includes("PRIVATE")).toBe(false);
    for (const replica of replicas) {
      expect(await readFile(join(replica.certs, `${NAME}.key.pem`), "utf8")).toContain("PRIVATE");
    }
  }, 90_000);

  it("goes on serving while the database is away, says it once, and starts without it", async () => {
    const replica = await startReplica();
    const { fingerprint256 } = await ready(replica);
    database.lead([]);
    database.cut();
    await replica.said("store.away");
    expect((await replica.get("/healthz")).status).toBe(200);
    expect(await replica.stop()).toBe(0);
    const again = await startReplica(replica.certs);
    expect((await ready(again)).fingerprint256).toBe(fingerprint256);
    await again.said("store.away");
    database.lead([Number(new URL(home.url).port)]);
    await again.said("store.back");
    expect(again.output().match(/store\.away/g)).toHaveLength(1);
    expect(await again.stop()).toBe(0);
  }, 90_000);
});

/** What Node 20 has no class for: disposes of the last one first. */
class AsyncDisposableStackLike {
  readonly #kept: AsyncDisposable[] = [];

  use<Resource extends AsyncDisposable>(resource: Resource): Resource {
    this.#kept.push(resource);
    return resource;
  }

  async dispose(): Promise<void> {
    for (const resource of this.#kept.splice(0).toReversed()) await resource[Symbol.asyncDispose]();
  }
}
