import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ask, askUntil } from "../support/http-over.ts";
import { judgeProgram } from "../support/judge-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The ports are the network's own; nobody else can have them. */
const PORT = 9443;
const HTTP_PORT = 9080;

/** Whether Caddy is there and the network is our own. With REQUIRE_CADDY=1 both have to be. */
export function canStartCaddy(): boolean {
  const isPossible = judgeProgram("caddy") !== undefined && process.env["OWN_NETWORK"] === "1";
  if (!isPossible && process.env["REQUIRE_CADDY"] === "1") {
    throw new Error("caddy is required, and tools/ci/own-network.sh round this test");
  }
  return isPossible;
}

/** A CA in Caddy, which looks at the real ports 80 and 443. */
export interface CaddyCa extends AsyncDisposable {
  readonly directoryUrl: string;
  /** PEM of the root that it issues under, and that its own API is served under. */
  readonly root: string;
}

export async function startCaddy(): Promise<CaddyCa> {
  const folder = await temporaryFolder();
  const caddyfile = join(folder.path, "Caddyfile");
  await writeFile(
    caddyfile,
    `{
  admin off
  storage file_system ${folder.path}/data
  auto_https disable_redirects
  skip_install_trust
  http_port ${HTTP_PORT}
  https_port ${PORT}
}
https://localhost:${PORT} {
  tls internal
  acme_server
}
`,
  );
  const child = spawn(
    judgeProgram("caddy") ?? "caddy",
    ["run", "--config", caddyfile, "--adapter", "caddyfile"],
    { env: { HOME: folder.path }, stdio: ["ignore", "ignore", "pipe"] },
  );
  let output = "";
  child.stderr.on("data", (chunk: Buffer) => (output = (output + chunk.toString()).slice(-10_000)));
  const exited = once(child, "exit");
  const directoryUrl = `https://localhost:${PORT}/acme/local/directory`;
  const dispose = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
    await folder[Symbol.asyncDispose]();
  };
  try {
    await askUntil(
      () => ask(directoryUrl),
      ({ status }) => status === 200,
    );
    const root = await readFile(join(folder.path, "data/pki/authorities/local/root.crt"), "utf8");
    return { directoryUrl, root, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw new Error(`caddy did not start:\n${output}`, { cause: error });
  }
}
