import { describe, expect, it } from "vitest";
import {
  checkCertificate,
  coversName,
  parseCertificateChain,
} from "../../src/lib/certificate-chain.ts";
import { basicConstraints, keyUsage, subjectKeyIdentifier } from "../../src/lib/x509-extensions.ts";
import { createCertificate, keyIdentifierOf, toPem } from "../../src/lib/x509-writer.ts";
import { DAY_MS, newCa, newKey, newLeaf, pemOf } from "../support/certificates.ts";

const NOW = Date.UTC(2026, 10, 22);
const root = newCa("Test root");
const ca = newCa("Test intermediate", root);
const key = newKey();
const names = ["docs.example.com", "*.example.org", "2001:db8::1"];
const leaf = newLeaf({ ca, names, key });

/** RFC 9773, appendix A. */
const RFC_9773_EXAMPLE = `-----BEGIN CERTIFICATE-----
MIIBQzCB66ADAgECAgUAh2VDITAKBggqhkjOPQQDAjAVMRMwEQYDVQQDEwpFeGFt
cGxlIENBMCIYDzAwMDEwMTAxMDAwMDAwWhgPMDAwMTAxMDEwMDAwMDBaMBYxFDAS
BgNVBAMTC2V4YW1wbGUuY29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEeBZu
7cbpAYNXZLbbh8rNIzuOoqOOtmxA1v7cRm//AwyMwWxyHz4zfwmBhcSrf47NUAFf
qzLQ2PPQxdTXREYEnKMjMCEwHwYDVR0jBBgwFoAUaYhba4dGQEHhs3uEe6CuLN4B
yNQwCgYIKoZIzj0EAwIDRwAwRAIge09+S5TZAlw5tgtiVvuERV6cT4mfutXIlwTb
+FYN/8oCIClDsqBklhB9KAelFiYt9+6FDj3z4KGVelYM5MdsO3pK
-----END CERTIFICATE-----
`;
const BROKEN = RFC_9773_EXAMPLE.replace("MIIB", "MIIC");

describe("parseCertificateChain", () => {
  it("reads what a server and a renewal need to know", () => {
    const chain = parseCertificateChain(leaf + ca.pem);
    expect(chain).toMatchObject({
      names,
      notBefore: NOW - 3_600_000,
      notAfter: NOW + 90 * DAY_MS,
      issuer: "Test intermediate",
      pem: leaf + ca.pem,
    });
    expect(chain.serialNumber).toMatch(/^[0-9A-F]{32}$/);
    expect(chain.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(chain.ariCertificateId).toMatch(/^[\w-]{27}\.[\w-]{22}$/);
  });

  it("makes the identifier of RFC 9773 §4.1", () => {
    const { ariCertificateId, names } = parseCertificateChain(RFC_9773_EXAMPLE);
    expect(ariCertificateId).toBe("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE");
    expect(names).toEqual([]);
  });

  it("keeps the certificates alone when a key or a remark is among them", () => {
    const mixed = `my certificate\n${pemOf(key)}${leaf.replaceAll("\n", "\r\n")}# CA\n${ca.pem}`;
    expect(parseCertificateChain(mixed).pem).toBe(leaf + ca.pem);
  });

  it.each([
    ["nothing", ""],
    ["a key alone", pemOf(key)],
    ["a block that is no certificate", BROKEN],
    ["half a file", leaf.slice(0, 200)],
    ["a broken one after a good one", leaf + BROKEN],
    ["eleven certificates", ca.pem.repeat(11)],
    ["a file far too large", " ".repeat(300_000)],
  ])("refuses %s", (_, pem) => {
    expect(() => parseCertificateChain(pem)).toThrow(
      expect.objectContaining({ code: "ERR_CERT_UNREADABLE" }),
    );
  });
});

describe("checkCertificate", () => {
  const good = { chain: parseCertificateChain(leaf + ca.pem), keyPem: pemOf(key), names, now: NOW };

  it("finds nothing wrong with a good pair", () => {
    expect(checkCertificate(good)).toEqual([]);
    expect(checkCertificate({ ...good, names: ["DOCS.example.com.", "a.example.org"] })).toEqual(
      [],
    );
    expect(checkCertificate({ ...good, names: ["2001:DB8:0::1"] })).toEqual([]);
  });

  it.each([
    ["another key", { keyPem: pemOf(newKey()) }, /belongs to another certificate/],
    ["a key that is none", { keyPem: "-----BEGIN PRIVATE KEY-----" }, /cannot be read/],
    ["a name it is not for", { names: ["www.example.com"] }, /not for www\.example\.com but for/],
    ["a wildcard two labels deep", { names: ["a.b.example.org"] }, /not for a\.b\.example\.org/],
    ["the name under the wildcard", { names: ["example.org"] }, /not for example\.org/],
    ["a wildcard it does not have", { names: ["*.example.com"] }, /not for \*\.example\.com/],
    ["an address it is not for", { names: ["192.0.2.1"] }, /not for 192\.0\.2\.1/],
    ["a day past its end", { now: NOW + 91 * DAY_MS }, /has expired at 2027-02-20T00:00:00Z/],
    ["a clock before its start", { now: NOW - DAY_MS / 2 }, /valid from 2026-11-21T23:00:00Z/],
  ])("names %s", (_, change, expected) => {
    const findings = checkCertificate({ ...good, ...change });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatch(expected);
  });

  it("names a chain whose parts do not belong together", () => {
    const impostor = newCa("Test intermediate", root);
    const stranger = parseCertificateChain(leaf + newCa("Other").pem);
    const forged = parseCertificateChain(leaf + impostor.pem);
    const notCa = parseCertificateChain(leaf + leaf);
    expect(checkCertificate({ ...good, chain: stranger })[0]).toMatch(/1 .* not signed by .* 2/);
    expect(checkCertificate({ ...good, chain: forged })[0]).toMatch(/1 .* not signed by .* 2/);
    expect(checkCertificate({ ...good, chain: notCa })[0]).toMatch(/2 .* not a CA's/);
  });

  it("is not taken in by an intermediate that has name and key identifier of the real one", () => {
    const forger = newKey();
    const forged = createCertificate({
      subject: ca.name,
      issuer: ca.name,
      issuerKey: forger,
      subjectKey: forger,
      notBefore: NOW - DAY_MS,
      notAfter: NOW + DAY_MS,
      extensions: [
        basicConstraints({ ca: true }),
        keyUsage(["keyCertSign"]),
        subjectKeyIdentifier(keyIdentifierOf(ca.key)),
      ],
    });
    const chain = parseCertificateChain(leaf + toPem("CERTIFICATE", forged));
    expect(checkCertificate({ ...good, chain })).toEqual([
      "Certificate 1 of the chain is not signed by certificate 2.",
    ]);
  });

  it("looks at the dates of the intermediates too", () => {
    const old = newCa("Old intermediate", root, NOW - 4000 * DAY_MS);
    const chain = parseCertificateChain(newLeaf({ ca: old, names, key }) + old.pem);
    expect(checkCertificate({ ...good, chain })).toEqual([
      expect.stringMatching(/^Certificate 2 of the chain has expired/),
    ]);
  });
});

describe("coversName", () => {
  it("never lets a wildcard stand for an address", () => {
    expect(coversName(["*.0.0.1"], "127.0.0.1")).toBe(false);
  });
});
