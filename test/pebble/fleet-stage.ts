import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Client } from "pg";
import { testDatabase } from "../store/postgres.ts";
import { DisposableResources } from "../support/disposable-resources.ts";
import { ask, askUntil, type ReadAnswer } from "../support/http-over.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TcpProxy, tcpProxy } from "../support/tcp-proxy.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Pebble } from "./start-pebble.ts";

export const NAME = "docs.example.test";

export interface ReplicaProcess extends RunningDocport {
  readonly certs: string;
  readonly port: number;
  readonly acmePort: number;
  get(path: string): Promise<ReadAnswer>;
}

/** Replicas of one name over a new database, and the cables between them and the world. */
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
  query<Row>(text: string): Promise<Row[]>;
}

export async function fleetStage(pebble: Pebble): Promise<Stage> {
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
  return {
    url: home.url,
    database,
    https,
    http,
    reconnect,
    lead,
    async start(givenCerts, flags = ["--drain", "off"]) {
      const folder = stack.use(
        await temporaryFolder({
          "docs/index.md": "# Manual\n\nHow to install it.\n",
          "api-root.pem": pebble.apiRoots,
        }),
      );
      const certs = givenCerts ?? join(folder.path, "certs");
      const docport = stack.use(
        await startDocport(
          [
            ...["serve", join(folder.path, "docs"), "--domain", NAME, "--agree-tos"],
            ...["--host", "127.0.0.1", "--port", "0", "--acme-port", "0", "--log-level", "debug"],
            ...["--public-url", `https://${NAME}:${pebble.tlsPort}`, "--certs", certs],
            ...["--acme-directory", pebble.directoryUrl],
            ...["--acme-root", join(folder.path, "api-root.pem"), "--store", store.href],
            ...flags,
          ],
          { DOCPORT_STORE_KEY: key },
        ),
      );
      const port = Number(/"localUrl":"https:\/\/[^"]*:(\d+)"/.exec(docport.output())?.[1]);
      const acmePort = Number(/"acme\.listening","port":(\d+)/.exec(docport.output())?.[1]);
      const get = (path: string): Promise<ReadAnswer> =>
        ask(`https://${NAME}:${port}${path}`, { roots });
      return { ...docport, certs, port, acmePort, get };
    },
    async query<Row>(text: string) {
      const client = new Client({ connectionString: home.url });
      await client.connect();
      try {
        return (await client.query(text)).rows as Row[];
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
