import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ask, askUntil, type ReadAnswer } from "../support/http-over.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import type { Pebble } from "./start-pebble.ts";

export interface ServeOptions {
  readonly domain: readonly string[];
  /** More flags. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the ports that Pebble dials. */
  readonly port?: number;
  readonly acmePort?: number;
}

/** A folder with one page to serve and room for certificates, and the built command in it. */
export interface PebbleStage extends AsyncDisposable {
  readonly folder: string;
  readonly certs: string;
  /** PEM of the root that Pebble issues under. */
  readonly issuingRoot: string;
  serve(options: ServeOptions): Promise<ServedDocport>;
}

export interface ServedDocport extends RunningDocport {
  /** Asks over HTTPS, trusting Pebble's root alone. */
  get(path: string): Promise<ReadAnswer>;
  /** Until it has a certificate that Pebble's root vouches for. */
  ready(timeoutMs?: number): Promise<ReadAnswer>;
}

export async function pebbleStage(pebble: Pebble): Promise<PebbleStage> {
  const folder = await temporaryFolder({
    "docs/index.md": "# Manual\n\nHow to install it.\n",
    "api-root.pem": pebble.apiRoots,
  });
  const certs = join(folder.path, "certs");
  const issuingRoot = await pebble.management("/roots/0");
  return {
    folder: folder.path,
    certs,
    issuingRoot,
    async serve({ domain, flags = [], env = {}, port, acmePort }) {
      const args = [
        ...["serve", join(folder.path, "docs"), "--certs", certs, "--agree-tos"],
        ...["--host", "127.0.0.1"],
        ...["--port", `${port ?? pebble.tlsPort}`, "--acme-port", `${acmePort ?? pebble.httpPort}`],
        ...["--acme-directory", pebble.directoryUrl],
        ...["--acme-root", join(folder.path, "api-root.pem")],
        ...domain.flatMap((name) => ["--domain", name]),
        ...flags,
      ];
      const docport = await startDocport(args, env);
      const get = (path: string): Promise<ReadAnswer> =>
        ask(`${docport.url}${path}`, { roots: issuingRoot });
      const ready = (timeoutMs?: number): Promise<ReadAnswer> =>
        askUntil(() => get("/healthz"), isReady, timeoutMs).catch((error: unknown) => {
          throw new Error(`no certificate:\n${docport.output()}`, { cause: error });
        });
      return { ...docport, get, ready };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

function isReady({ status, body }: ReadAnswer): boolean {
  return status === 200 && (JSON.parse(body) as { ready?: boolean }).ready === true;
}

/** A `--dns-hook` that changes the DNS server which Pebble asks. */
export async function writeDnsHook(folder: string, pebble: Pebble): Promise<string> {
  const path = join(folder, "dns-hook");
  const script = `#!${process.execPath}
const [action, name, value] = process.argv.slice(2);
const body = JSON.stringify({ host: name + ".", ...(action === "present" && { value }) });
const command = action === "present" ? "set-txt" : "clear-txt";
fetch("${pebble.dnsManagementUrl}/" + command, { method: "POST", body }).then(
  ({ ok }) => { process.exitCode = ok ? 0 : 1; },
);
`;
  await writeFile(path, script, { mode: 0o755 });
  return path;
}
