import { spawnSync } from "node:child_process";
import { Agent } from "node:https";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ask, askUntil } from "../support/http-over.ts";
import { pebbleStage } from "./serve-with-pebble.ts";
import { type Pebble, pebbleGeneration, startPebble } from "./start-pebble.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");
const NAME = "docs.example.test";

function cert(pebble: Pebble, folder: string, ...command: readonly string[]): string {
  const settings = [
    ...["--domain", NAME, "--certs", join(folder, "certs")],
    ...["--acme-directory", pebble.directoryUrl, "--acme-root", join(folder, "api-root.pem")],
  ];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [CLI, "cert", ...command, ...settings],
    { encoding: "utf8", env: { PATH: process.env["PATH"], HOME: folder } },
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

describe.skipIf(pebbleGeneration() === "none")("a server that runs", () => {
  it("renews when it is asked to, and at once after a revocation; open connections stay", async () => {
    await using pebble = await startPebble();
    await using stage = await pebbleStage(pebble);
    await using docport = await stage.serve({ domain: [NAME] });
    const first = await docport.ready();
    await docport.said("certificate.issued");
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const kept = (): ReturnType<typeof ask> =>
      ask(`${docport.url}/healthz`, { roots: stage.issuingRoot, agent });
    const before = await kept();
    const another = async (than: string | undefined): Promise<string | undefined> =>
      (
        await askUntil(
          () => docport.get("/healthz"),
          ({ fingerprint256 }) => fingerprint256 !== than,
          40_000,
        )
      ).fingerprint256;

    const ports = ["--host", "127.0.0.1", "--port", `${pebble.tlsPort}`, "--acme-port", "0"];
    expect(cert(pebble, stage.folder, "renew", "--force", "--agree-tos", ...ports)).toContain(
      "The server that runs on this folder is renewing",
    );
    const second = await another(first.fingerprint256);
    expect(cert(pebble, stage.folder, "revoke", "--yes")).toContain("Revoked as its account");
    await another(second);
    expect(docport.output()).toMatch(/certificate.attempt.*"why":"revoked"/);

    // The certificate that it shook hands with two certificates ago.
    const after = await kept();
    expect([after.status, after.fingerprint256]).toEqual([200, before.fingerprint256]);
    agent.destroy();
  }, 100_000);
});
