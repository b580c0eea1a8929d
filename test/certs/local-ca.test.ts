import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { FileStorage } from "../../src/certs/file-storage.ts";
import { LOCAL_CA_CERT_KEY, openLocalCa } from "../../src/certs/local-ca.ts";
import { keepLocalCertificate } from "../../src/certs/local-certificate.ts";
import { LOCAL_NAMES } from "../../src/certs/local-names.ts";
import { MemoryStorage } from "../../src/certs/memory-storage.ts";
import { checkCertificate } from "../../src/lib/certificate-chain.ts";
import { newLeaf } from "../support/certificates.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const START = Date.UTC(2026, 10, 22);
const DAY_MS = 86_400_000;

describe("the local CA", () => {
  it("is made once, and its key is for its owner only", async () => {
    await using folder = await temporaryFolder();
    const clock = new FakeClock(START);
    const storage = new FileStorage(folder.path, { clock });
    const first = await openLocalCa(storage, clock);
    const second = await openLocalCa(storage, clock);
    expect([first.isNew, second.isNew]).toEqual([true, false]);
    expect(second.certPem).toBe(first.certPem);
    const key = join(folder.path, "local-ca/root.key.pem");
    expect((await stat(key)).mode & 0o777).toBe(0o600);
  });

  it("is one CA for two processes that start at once", async () => {
    const clock = new FakeClock(START);
    const storage = new MemoryStorage();
    const opening = openLocalCa(storage, clock);
    const waiting = openLocalCa(storage, clock);
    const first = await opening;
    // The second was refused the lock before the first had its key, so it is asleep by now.
    await clock.advance(1_000);
    expect((await waiting).certPem).toBe(first.certPem);
  });

  it("is made anew when its files are broken, or when it ends soon", async () => {
    const clock = new FakeClock(START);
    const storage = new MemoryStorage();
    const first = await openLocalCa(storage, clock);
    await storage.store(LOCAL_CA_CERT_KEY, first.certPem.slice(0, 300));
    const second = await openLocalCa(storage, clock);
    expect(second.isNew).toBe(true);
    await clock.advance(3_600 * DAY_MS);
    expect((await openLocalCa(storage, clock)).isNew).toBe(true);
  });

  it("issues for this computer, and openssl believes it", async () => {
    await using folder = await temporaryFolder();
    const ca = await openLocalCa(new MemoryStorage(), new FakeClock(Date.now()));
    const { certPem, keyPem, chain } = await ca.issue();
    expect(checkCertificate({ chain, keyPem, names: LOCAL_NAMES, now: Date.now() })).toEqual([]);
    const [root, leaf] = [join(folder.path, "root.pem"), join(folder.path, "leaf.pem")];
    await writeFile(root, ca.certPem);
    await writeFile(leaf, certPem);
    const verify = ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", root, leaf];
    expect(execFileSync("openssl", verify, { encoding: "utf8" })).toContain("OK");
  });

  it("cannot issue for anything else, even with its key", async () => {
    await using folder = await temporaryFolder();
    const storage = new MemoryStorage();
    const ca = await openLocalCa(storage, new FakeClock(Date.now()));
    const keyPem = new TextDecoder().decode(await storage.load("local-ca/root.key.pem"));
    const name = new X509Certificate(ca.certPem).subject.replace("CN=", "");
    const key = createPrivateKey(keyPem);
    const root = join(folder.path, "root.pem");
    await writeFile(root, ca.certPem);
    for (const names of [["docs.example.com"], ["192.0.2.1"], ["localhost", "docs.example.com"]]) {
      const leaf = join(folder.path, "leaf.pem");
      const notBefore = Date.now() - DAY_MS;
      const stolen = { ca: { name, key, pem: ca.certPem }, names, key, notBefore };
      await writeFile(leaf, newLeaf({ ...stolen, notAfter: Date.now() + DAY_MS }));
      const verify = ["verify", "-CAfile", root, leaf];
      expect(() => execFileSync("openssl", verify, { stdio: "pipe" })).toThrow(
        /permitted subtree violation/,
      );
    }
  });
});

describe("a certificate of the local CA", () => {
  it("is renewed when half of its life is over", async () => {
    const clock = new FakeClock(START);
    const ca = await openLocalCa(new MemoryStorage(), clock);
    const serials: string[] = [];
    const errors: unknown[] = [];
    await using kept = await keepLocalCertificate({
      ca,
      clock,
      activate: ({ chain }) => void serials.push(chain.serialNumber),
      onError: (error) => errors.push(error),
    });
    for (let day = 0; day < 32; day++) {
      await clock.advance(DAY_MS);
      // A renewal makes a key, which takes real time; it sleeps again when that is done.
      await vi.waitFor(() => expect(clock.sleeping).toBe(1));
    }
    await kept[Symbol.asyncDispose]();
    expect(clock.sleeping).toBe(0);
    expect(errors).toEqual([]);
    expect(serials.length).toBeGreaterThanOrEqual(3);
    expect(new Set(serials).size).toBe(serials.length);
  });
});
