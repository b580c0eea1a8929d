import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, askUntil } from "../support/http-over.ts";
import { startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type CaddyCa, canStartCaddy, startCaddy } from "./start-caddy.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

/** How control was proved, from the ledger of a folder of certificates. */
async function provedBy(certs: string): Promise<string[]> {
  const text = await readFile(join(certs, ".docport/ledger.jsonl"), "utf8");
  return [...text.matchAll(/"kind":"validated".*?"challenge":"([^"]+)"/g)].map(
    ([, type]) => `${type}`,
  );
}

describe.skipIf(!canStartCaddy())("docport serve --domain, against the CA in Caddy", () => {
  let ca: CaddyCa;
  beforeAll(async () => {
    ca = await startCaddy();
  });
  afterAll(() => ca[Symbol.asyncDispose]());

  it.each([
    { names: ["docs.example.test", "www.example.test"], flags: [], by: "tls-alpn-01" },
    // With HTTPS elsewhere the CA finds nobody on 443, so that is not even tried.
    { names: ["docs.example.test"], flags: ["--port", "8443"], by: "http-01" },
    { names: ["127.0.0.1"], flags: [], by: "tls-alpn-01" },
  ])("has a certificate for $names by $by, and renews it", async ({ names, flags, by }) => {
    await using folder = await temporaryFolder({
      "docs/index.md": "# Manual\n\nHow to install it.\n",
      "root.pem": ca.root,
    });
    const certs = join(folder.path, "certs");
    const settings = [
      ...["--certs", certs, "--agree-tos", "--host", "127.0.0.1", ...flags],
      ...["--acme-directory", ca.directoryUrl, "--acme-root", join(folder.path, "root.pem")],
      ...names.flatMap((name) => ["--domain", name]),
    ];
    const docport = await startDocport(["serve", join(folder.path, "docs"), ...settings]);
    const shown = await askUntil(
      () => ask(`${docport.url}/healthz`, { roots: ca.root }),
      ({ status }) => status === 200,
    );
    expect(await docport.stop()).toBe(0);
    expect(await provedBy(certs)).toEqual(names.map(() => by));

    const renewal = spawnSync(process.execPath, [CLI, "cert", "renew", "--force", ...settings], {
      encoding: "utf8",
    });
    expect([renewal.status, renewal.stderr]).toEqual([0, expect.any(String)]);
    await using again = await startDocport(["serve", join(folder.path, "docs"), ...settings]);
    const renewed = await ask(`${again.url}/healthz`, { roots: ca.root });
    expect(renewed.status).toBe(200);
    expect(renewed.fingerprint256).not.toBe(shown.fingerprint256);
    expect(again.output()).not.toContain("certificate.attempt");
  });
});
