// oxlint-disable-next-line import/no-unassigned-import -- a polyfill that @peculiar/x509 needs before it loads
import "reflect-metadata";

import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  X509Certificate as PeculiarCertificate,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";
import { describe, expect, it } from "vitest";
import {
  basicConstraints,
  keyUsage,
  nameConstraints,
  subjectAltName,
} from "../../src/lib/x509-extensions.ts";
import { readCertificateFields, readCertificateRequest } from "../../src/lib/x509-reader.ts";
import {
  createCertificate,
  createCertificateRequest,
  keyIdentifierOf,
  toPem,
} from "../../src/lib/x509-writer.ts";
import { DAY_MS, newKey, newLeaf } from "../support/certificates.ts";

const NAMES = ["docs.example.com", "*.example.com", "192.0.2.1", "2001:db8::1"];
const NOW = Date.UTC(2026, 10, 22);

const keys: readonly (readonly [string, () => KeyObject])[] = [
  ["P-256", () => newKey("P-256")],
  ["P-384", () => newKey("P-384")],
  ["RSA-2048", () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey],
];

function openssl(args: readonly string[], input: string): string {
  const { stdout, stderr, status } = spawnSync("openssl", args, { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  return stdout + stderr;
}

describe("createCertificateRequest", () => {
  it.each(keys)("makes one for %s that openssl and @peculiar/x509 accept", async (_, makeKey) => {
    const privateKey = makeKey();
    const der = createCertificateRequest({ names: NAMES, privateKey });

    const text = openssl(["req", "-noout", "-text", "-verify"], toPem("CERTIFICATE REQUEST", der));
    expect(text).toContain("verify OK");
    expect(text).toMatch(/Subject: *\n/);
    expect(text).toContain("DNS:docs.example.com, DNS:*.example.com, IP Address:192.0.2.1");

    const request = new Pkcs10CertificateRequest(new Uint8Array(der));
    expect(await request.verify()).toBe(true);
    const names = request
      .getExtensions("2.5.29.17")
      .flatMap((one) => new SubjectAlternativeNameExtension(one.rawData).names.items);
    expect(names.map(({ type, value }) => `${type} ${value}`)).toEqual([
      "dns docs.example.com",
      "dns *.example.com",
      "ip 192.0.2.1",
      "ip 2001:db8::1",
    ]);

    const fields = readCertificateRequest(der);
    expect(fields.names).toEqual(NAMES);
    expect(fields.hasSubject).toBe(false);
    expect(Buffer.from(fields.publicKeyInfo)).toEqual(
      createPublicKey(privateKey).export({ type: "spki", format: "der" }),
    );
  });

  it("refuses no names, names that no certificate can hold, and keys that no CA takes", () => {
    const privateKey = newKey();
    expect(() => createCertificateRequest({ names: [], privateKey })).toThrow(TypeError);
    expect(() => createCertificateRequest({ names: ["bücher.example"], privateKey })).toThrow(
      TypeError,
    );
    const ed25519 = generateKeyPairSync("ed25519").privateKey;
    expect(() => createCertificateRequest({ names: ["a.example"], privateKey: ed25519 })).toThrow(
      /P-256, P-384 or RSA/,
    );
  });
});

describe("createCertificate", () => {
  it.each(keys)("makes a self-signed one for %s that Node and openssl accept", (_, makeKey) => {
    const key = makeKey();
    const der = createCertificate({
      subject: "Docport test",
      issuer: "Docport test",
      issuerKey: key,
      subjectKey: key,
      notBefore: NOW,
      notAfter: Date.UTC(2060, 0, 1),
      serialNumber: Uint8Array.of(0x87, 0x65),
      extensions: [
        basicConstraints({ ca: false }),
        keyUsage(["digitalSignature", "keyEncipherment"]),
        subjectAltName(NAMES, { critical: true }),
      ],
    });
    const certificate = new X509Certificate(der);
    expect(certificate.verify(createPublicKey(key))).toBe(true);
    expect(certificate.checkIP("2001:db8::1")).toBe("2001:db8::1");
    expect(certificate.checkHost("docs.example.com")).toBe("docs.example.com");
    expect(certificate.ca).toBe(false);
    expect(Date.parse(certificate.validFrom)).toBe(NOW);
    expect(Date.parse(certificate.validTo)).toBe(Date.UTC(2060, 0, 1));
    expect(certificate.serialNumber).toBe("8765");
    const text = openssl(["x509", "-noout", "-text"], toPem("CERTIFICATE", der));
    expect(text).toContain("Digital Signature, Key Encipherment");
    expect(text).toContain("X509v3 Subject Alternative Name: critical");

    const fields = readCertificateFields(der);
    expect(fields).toMatchObject({ notBefore: NOW, notAfter: Date.UTC(2060, 0, 1), names: NAMES });
    expect(Buffer.from(fields.serialNumberDer).toString("hex")).toBe("008765");
  });

  it("gives every certificate another serial number, positive and of 16 bytes", () => {
    const key = newKey();
    const serials = Array.from({ length: 20 }, () => {
      const common = { subject: "a", issuer: "a", issuerKey: key, subjectKey: key };
      const der = createCertificate({ ...common, notBefore: 0, notAfter: 1, extensions: [] });
      return Buffer.from(readCertificateFields(der).serialNumberDer).toString("hex");
    });
    expect(new Set(serials).size).toBe(20);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9a-f]{31}$/);
  });

  it("names keys as RFC 7093 says", async () => {
    const key = newKey();
    const spki = createPublicKey(key).export({ type: "spki", format: "der" });
    // The point is the end of the SubjectPublicKeyInfo: 65 bytes for P-256.
    const digest = await crypto.subtle.digest("SHA-256", spki.subarray(-65));
    expect(Buffer.from(keyIdentifierOf(key))).toEqual(Buffer.from(digest).subarray(0, 20));
  });
});

describe("keyUsage", () => {
  it("ends its list of bits with the last one that is set (X.690 §11.2.2)", () => {
    const hex = (usages: Parameters<typeof keyUsage>[0]): string =>
      Buffer.from(keyUsage(usages)).toString("hex").slice(-8);
    expect(hex(["digitalSignature"])).toBe("03020780");
    expect(hex(["digitalSignature", "keyEncipherment"])).toBe("030205a0");
    expect(hex(["cRLSign", "keyCertSign"])).toBe("03020106");
  });
});

describe("nameConstraints", () => {
  function caWith(extension: Uint8Array): { readonly pem: string; readonly der: Uint8Array } {
    const key = newKey();
    const common = { subject: "ca", issuer: "ca", issuerKey: key, subjectKey: key };
    const der = createCertificate({
      ...common,
      notBefore: NOW,
      notAfter: NOW + 1000,
      extensions: [basicConstraints({ ca: true, pathLength: 0 }), extension],
    });
    return { der, pem: toPem("CERTIFICATE", der) };
  }

  it("permits names and networks", () => {
    const { der, pem } = caWith(
      nameConstraints({
        dns: ["localhost", "test"],
        ip: [
          ["127.0.0.1", 8],
          ["::1", 128],
          ["10.1.2.3", 12],
        ],
      }),
    );
    const text = openssl(["x509", "-noout", "-text"], pem);
    expect(text).toContain("CA:TRUE, pathlen:0");
    expect(text).toContain("DNS:localhost");
    expect(text).toContain("IP:127.0.0.0/255.0.0.0");
    expect(text).toContain("IP:10.0.0.0/255.240.0.0");
    expect(text).toMatch(/IP:0:0:0:0:0:0:0:1\/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF/i);
    expect(text).not.toContain("Excluded");
    const constraints = new PeculiarCertificate(new Uint8Array(der)).getExtension("2.5.29.30");
    expect(constraints?.critical).toBe(true);
  });

  it("is a limit that openssl holds a certificate to", async () => {
    const key = newKey();
    const signedCa = createCertificate({
      subject: "ca",
      issuer: "ca",
      issuerKey: key,
      subjectKey: key,
      notBefore: NOW - DAY_MS,
      notAfter: NOW + DAY_MS,
      extensions: [
        basicConstraints({ ca: true }),
        keyUsage(["keyCertSign"]),
        nameConstraints({ dns: ["localhost"], ip: [["127.0.0.0", 8]] }),
      ],
    });
    const folder = await mkdtemp(join(tmpdir(), "docport-x509-"));
    try {
      const caFile = join(folder, "ca.pem");
      await writeFile(caFile, toPem("CERTIFICATE", signedCa));
      const ca = { name: "ca", key, pem: "" };
      const verify = (name: string): string => {
        const leaf = newLeaf({ ca, names: [name], key: newKey() });
        const args = ["verify", "-attime", `${NOW / 1000}`, "-CAfile", caFile];
        return spawnSync("openssl", args, { input: leaf, encoding: "utf8" }).stderr;
      };
      expect(verify("localhost")).toBe("");
      expect(verify("docs.localhost")).toBe("");
      expect(verify("127.9.9.9")).toBe("");
      expect(verify("example.com")).toContain("permitted subtree violation");
      expect(verify("192.0.2.1")).toContain("permitted subtree violation");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("forbids a kind of name for which nothing is permitted", () => {
    const text = openssl(
      ["x509", "-noout", "-text"],
      caWith(nameConstraints({ dns: ["localhost"], ip: [] })).pem,
    );
    expect(text).toMatch(/Excluded:\s+IP:0.0.0.0\/0.0.0.0\s+IP:0:0:0:0:0:0:0:0\/0:0:0:0:0:0:0:0/);
  });
});
