import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ValidationResult } from "../../src/certs/drill/ca/ca-behaviour.ts";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { LEASE } from "../../src/certs/manager/certificate-work.ts";
import type { CommandContext } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { type AcmeCa, createAcmeCa } from "../support/acme-ca/create-acme-ca.ts";
import { type ListeningAcmeCa, listenAcmeCa } from "../support/acme-ca/listen-acme-ca.ts";
import { recordedContext } from "../support/command-context.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";

const NAME = "docs.example.com";
const DAY = 86_400_000;
const GOLDEN = join(import.meta.dirname, "fixtures/drill.golden.txt");

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let folder: TemporaryFolder;
let ca: AcmeCa;
let listening: ListeningAcmeCa;
let verdict: ValidationResult = "valid";

beforeAll(async () => {
  folder = await temporaryFolder();
  ca = createAcmeCa({ clock: systemClock, behaviour: { validate: () => verdict } });
  listening = await listenAcmeCa(ca);
  await writeFile(join(folder.path, "roots.pem"), listening.apiRoots);
});

afterAll(async () => {
  await listening[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

beforeEach(async () => {
  verdict = "valid";
  await rm(join(folder.path, "certs"), { recursive: true, force: true });
});

async function cert(
  args: readonly string[],
  overrides: Partial<CommandContext> = {},
): Promise<Outcome> {
  const context = recordedContext({ cwd: folder.path, ...overrides });
  const code = await main(["cert", ...args], context);
  return { code, out: context.out(), err: context.err() };
}

/** With all the settings that lead to the CA of this test. */
function atCa(
  command: string,
  flags: readonly string[] = [],
  overrides: Partial<CommandContext> = {},
): Promise<Outcome> {
  const settings = [
    ...["--domain", NAME, "--certs", "certs", "--agree-tos"],
    ...["--acme-directory", listening.directoryUrl, "--acme-root", "roots.pem"],
  ];
  const listens = ["issue", "renew"].includes(command)
    ? ["--host", "127.0.0.1", "--port", "0", "--acme-port", "0"]
    : [];
  return cert([command, ...flags, ...settings, ...listens], overrides);
}

const visibleCertificate = (): Promise<string> =>
  readFile(join(folder.path, "certs", `${NAME}.cert.pem`), "utf8");

describe("docport cert issue", () => {
  it("gets the certificate over its own ports, and then has nothing to do", async () => {
    const before = ca.issued.length;
    const first = await atCa("issue");
    expect(first).toMatchObject({ code: 0 });
    expect(first.out).toMatch(/^The new certificate for docs.example.com is valid until .* UTC\./);
    expect(first.err).toContain("Asking localhost");
    expect(await visibleCertificate()).toContain("BEGIN CERTIFICATE");
    const again = await atCa("issue");
    expect(again.code).toBe(0);
    expect(again.out).toMatch(
      /^Nothing to do: the certificate for docs.example.com is valid until/,
    );
    expect(ca.issued.length).toBe(before + 1);
  });

  it("says what went wrong, with the fix, and tries again when it is called again", async () => {
    verdict = { type: "urn:ietf:params:acme:error:caa", detail: "CAA says no" };
    const failed = await atCa("issue");
    expect(failed.code).toBe(1);
    expect(failed.err).toContain("A CAA record in DNS does not allow this CA");
    expect(failed.err).toContain("The CA said: CAA says no");
    expect(failed.err).toContain("-> Add this CA to the CAA records");
    const status = await atCa("status");
    expect(status.code).toBe(1);
    expect(status.out).toMatch(/Last failure {2,}.*CAA record/);
    verdict = "valid";
    expect(await atCa("issue", ["--json"])).toMatchObject({ code: 0 });
  });

  it("says that a port is taken, and by what it may be", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const settings = ["--domain", NAME, "--agree-tos", "--host", "127.0.0.1", "--acme-port", "0"];
    const outcome = await cert(["issue", ...settings, "--certs", "certs", "--port", `${port}`]);
    taken.close();
    expect(outcome.code).toBe(1);
    expect(outcome.err).toContain("If it is a docport on this folder, it keeps its certificate");
  });

  it("leaves the folder to a docport that is working on it", async () => {
    const storage = new FileStorage(join(folder.path, "certs"));
    await using lease = await storage.tryLock(LEASE);
    expect(lease).toBeDefined();
    const outcome = await atCa("issue");
    expect(outcome).toMatchObject({ code: 1, out: "" });
    expect(outcome.err).toContain("another docport is working on the certificates");
  });
});

describe("docport cert renew", () => {
  it("renews only when it is due, or by force", async () => {
    await atCa("issue");
    const before = await visibleCertificate();
    expect((await atCa("renew")).out).toMatch(/^Nothing to do/);
    expect(await visibleCertificate()).toBe(before);
    const forced = await atCa("renew", ["--force", "--json"]);
    expect(forced.code).toBe(0);
    expect(JSON.parse(forced.out)).toMatchObject({ issued: true, state: "ok", names: [NAME] });
    expect(await visibleCertificate()).not.toBe(before);
  });
});

describe("docport cert status", () => {
  it("tells of a certificate, for people and for scripts", async () => {
    await atCa("issue");
    const text = await atCa("status");
    expect(text.code).toBe(0);
    expect(text.out).toMatch(/^Names {2,}docs.example.com$/m);
    expect(text.out).toMatch(/^State {2,}good$/m);
    expect(text.out).toMatch(/^Issuer {2,}.*Test Intermediate E1 \(localhost:\d+\)$/m);
    expect(text.out).toMatch(/^Not after {2,}.* UTC \(90 days left\)$/m);
    expect(text.out).toMatch(
      /^Next {2,}renewal on .* UTC, drawn in the window that the CA suggested$/m,
    );
    const json = JSON.parse((await atCa("status", ["--json"])).out) as {
      certificate: { notAfter: string; daysLeft: number };
      next: { action: string };
    };
    expect(json.certificate.daysLeft).toBe(89);
    expect(Math.abs(Date.parse(json.certificate.notAfter) - Date.now() - 90 * DAY)).toBeLessThan(
      DAY,
    );
    expect(json.next.action).toBe("nothing");
  });

  it("tells that there is none, with exit code 1, and writes nothing", async () => {
    const outcome = await atCa("status");
    expect(outcome.code).toBe(1);
    expect(outcome.out).toMatch(/^State {2,}there is none$/m);
    await expect(readFile(join(folder.path, "certs/.docport/ledger.jsonl"))).rejects.toThrow(
      "ENOENT",
    );
  });

  it("tells of a certificate that somebody put there", async () => {
    await atCa("issue");
    const [certificate, key] = await Promise.all([
      visibleCertificate(),
      readFile(join(folder.path, "certs", `${NAME}.key.pem`), "utf8"),
    ]);
    await rm(join(folder.path, "certs"), { recursive: true });
    await mkdir(join(folder.path, "certs"));
    await writeFile(join(folder.path, "certs", `${NAME}.cert.pem`), certificate);
    await writeFile(join(folder.path, "certs", `${NAME}.key.pem`), key);
    expect((await atCa("status")).out).toContain("put here by somebody, not by docport");
  });
});

describe("docport cert revoke", () => {
  const revoked = (): number =>
    [...ca.server.store.certificates.values()].filter((one) => one.revoked).length;

  it("asks, and does nothing without a yes", async () => {
    await atCa("issue");
    const before = revoked();
    const asked: string[] = [];
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve("n");
    };
    expect(await atCa("revoke", [], { ask })).toMatchObject({ code: 1, out: "" });
    expect(asked).toEqual([expect.stringContaining("Revoke the certificate for docs.example.com")]);
    expect(await atCa("revoke")).toMatchObject({ code: 2 });
    expect(revoked()).toBe(before);
  });

  it("revokes as the account that ordered it", async () => {
    await atCa("issue");
    const before = revoked();
    const ask = (): Promise<string> => Promise.resolve("y");
    const outcome = await atCa("revoke", ["--reason", "superseded"], { ask });
    expect(outcome).toMatchObject({ code: 0 });
    expect(outcome.out).toMatch(/^Revoked as its account: [0-9A-F]+\./i);
    expect(revoked()).toBe(before + 1);
    expect((await atCa("history")).out).toMatch(/certificate revoked .*superseded/);
  });

  it("revokes by the certificate's own key when the account is gone", async () => {
    await atCa("issue");
    const before = revoked();
    await rm(join(folder.path, "certs/.docport/accounts"), { recursive: true });
    const outcome = await atCa("revoke", ["--yes", "--json"]);
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.out)).toMatchObject({ by: "certificate-key" });
    expect(revoked()).toBe(before + 1);
  });

  it("does so too when the CA does not know the account any more", async () => {
    await atCa("issue");
    for (const account of ca.server.store.accounts.values()) account.status = "deactivated";
    const outcome = await atCa("revoke", ["--yes", "--json"]);
    expect(JSON.parse(outcome.out)).toMatchObject({ by: "certificate-key" });
  });

  it("says that there is no certificate, or that its CA is not the one that is set", async () => {
    expect(await atCa("revoke", ["--yes"])).toMatchObject({
      code: 1,
      err: expect.stringContaining("[ERR_CERT_NONE]") as string,
    });
    await atCa("issue");
    const other = await cert([
      "revoke",
      "--yes",
      "--domain",
      NAME,
      "--certs",
      "certs",
      "--staging",
    ]);
    expect(other.code).toBe(1);
    expect(other.err).toContain(`Give --acme-directory ${listening.directoryUrl}`);
  });
});

describe("docport cert rollover", () => {
  it("gives the account another key, which works from then on", async () => {
    await atCa("issue");
    const keys = (): string[] =>
      [...ca.server.store.accounts.values()].map(({ jwk }) => jwk.x ?? "");
    const before = keys();
    const outcome = await atCa("rollover");
    expect(outcome.code).toBe(0);
    expect(outcome.out).toMatch(
      /^The account https:\/\/localhost:\d+\/account\/.* has a new key\.$/m,
    );
    expect(keys().filter((key) => !before.includes(key))).toHaveLength(1);
    expect(await atCa("renew", ["--force"])).toMatchObject({ code: 0 });
  });

  it("says that there is no account", async () => {
    const outcome = await atCa("rollover");
    expect(outcome).toMatchObject({ code: 1 });
    expect(outcome.err).toContain("There is no account at");
  });

  it("keeps its hands off while another docport works on the folder", async () => {
    await atCa("issue");
    const storage = new FileStorage(join(folder.path, "certs"));
    await using lease = await storage.tryLock(LEASE);
    expect(lease).toBeDefined();
    expect((await atCa("rollover")).err).toContain("[ERR_CERT_BUSY]");
  });
});

describe("docport cert history", () => {
  it("tells what was asked of the CA", async () => {
    expect((await atCa("history")).out).toBe("Nothing was asked of a CA yet.\n");
    await atCa("issue");
    const { out } = await atCa("history");
    expect(out.split("\n").map((line) => line.slice(22, 46).trim())).toEqual([
      "attempt",
      "account asked for",
      "order placed",
      "order made",
      "CA told to look",
      "name proved",
      "certificate asked for",
      "certificate issued",
      "",
    ]);
    const json = JSON.parse((await atCa("history", ["--json", "--limit", "1"])).out) as {
      entries: { kind: string; notAfter: string }[];
    };
    expect(json.entries).toMatchObject([{ kind: "issued" }]);
    expect(Date.parse(json.entries[0]?.notAfter ?? "")).toBeGreaterThan(Date.now());
  });
});

describe("docport cert drill", () => {
  it("prints what would have happened, the same each time", async () => {
    const { code, out } = await cert([
      "drill",
      "--lifetime",
      "45d",
      "--days",
      "100",
      "--seed",
      "3",
    ]);
    expect(out).toBe(await readFile(GOLDEN, "utf8"));
    expect(code).toBe(0);
  }, 60_000);

  it("answers in JSON, for the names that are set", async () => {
    const { out } = await cert(["drill", "--days", "2", "--json", "--domain", "a.example.com"]);
    expect(JSON.parse(out)).toMatchObject({
      names: ["a.example.com"],
      days: 2,
      certificates: 1,
      daysWithoutCertificate: 0,
    });
  });
});

describe("docport cert", () => {
  it.each([
    [[], /which command\?/],
    [["--json"], /which command\?/],
    [["stauts"], /Did you mean `docport cert status`\?/],
    [["status"], /no domain is named/],
    [["status", "docs.example.com"], /takes no "docs.example.com"/],
    [["status", "--force", "--domain", NAME], /--force/],
    [["revoke", "--reason", "boredom", "--domain", NAME], /--reason/],
  ])("%j is a mistake in the command line", async (args, expected) => {
    const outcome = await cert(args);
    expect(outcome.code).toBe(2);
    expect(outcome.err).toMatch(expected);
  });

  it.each(["status", "issue", "renew", "revoke", "rollover", "history", "drill"])(
    "%s has a help of its own, examples first",
    async (name) => {
      const { code, out } = await cert([name, "--help"]);
      expect(code).toBe(0);
      expect(out).toMatch(/^Examples:\n/);
      expect(out).toContain(`Usage: docport cert ${name} [flags]`);
    },
  );
});
