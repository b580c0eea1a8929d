import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { makePair } from "../certs/make-pair.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { trySession } from "../support/tls-session.ts";

const NAME = "docs.example.com";

/** The built command with a certificate of the user's own; nobody is asked for another. */
async function serveBuilt(folder: TemporaryFolder): Promise<RunningDocport & { port: number }> {
  const docport = await startDocport([
    ...["serve", join(folder.path, "docs"), "--domain", NAME, "--agree-tos"],
    ...["--host", "127.0.0.1", "--port", "0", "--acme-port", "0", "--log-level", "debug"],
    ...["--certs", join(folder.path, "certs"), "--acme-directory", "https://127.0.0.1:1/"],
  ]);
  const port = Number(/"localUrl":"https:\/\/[^"]*:(\d+)"/.exec(docport.output())?.[1]);
  return { ...docport, port };
}

async function folderWithPair(): Promise<TemporaryFolder> {
  const notBefore = Date.now() - 86_400_000;
  const { certPem, keyPem } = makePair({ notBefore, notAfter: notBefore + 90 * 86_400_000 });
  return temporaryFolder({
    "docs/index.md": "# Manual\n\n## Install\n\nRun the installer.\n",
    [`certs/${NAME}.cert.pem`]: certPem,
    [`certs/${NAME}.key.pem`]: keyPem,
  });
}

describe("sessions with the built server", () => {
  it.each(["TLSv1.2", "TLSv1.3"] as const)(
    "are resumed after a restart under %s",
    async (version) => {
      await using folder = await folderWithPair();
      await using first = await serveBuilt(folder);
      const { isResumed, session } = await trySession({ port: first.port, version });
      expect(isResumed).toBe(false);
      expect(await first.stop()).toBe(0);
      await using second = await serveBuilt(folder);
      const again = await trySession({ port: second.port, version, session });
      expect(again.isResumed).toBe(true);
      const { mode } = await stat(join(folder.path, `certs/.docport/tickets.${NAME}.json`));
      expect(mode & 0o777).toBe(0o600);
    },
  );

  it("are resumed by OpenSSL's own client", async () => {
    await using folder = await folderWithPair();
    await using first = await serveBuilt(folder);
    const file = join(folder.path, "session.pem");
    const made = await openssl(first.port, "-sess_out", file);
    expect(made).toMatch(/^New, TLSv1\.3/m);
    expect(await first.stop()).toBe(0);
    await using second = await serveBuilt(folder);
    expect(await openssl(second.port, "-sess_in", file)).toMatch(/^Reused, TLSv1\.3/m);
  });
});

async function openssl(port: number, option: string, file: string): Promise<string> {
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, "-servername", NAME, option, file];
  const running = promisify(execFile)("openssl", [...args, "-ign_eof"]);
  // Its answer brings the session along; the server closes after it.
  running.child.stdin?.end(`GET / HTTP/1.1\r\nHost: ${NAME}\r\nConnection: close\r\n\r\n`);
  return (await running).stdout;
}
