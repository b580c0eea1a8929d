import { createHash, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { dns01Record, http01Path } from "../../src/acme/challenge.ts";
import { identifierOf } from "../../src/acme/identifier.ts";
import { createTlsAlpnCertificate } from "../../src/acme/tls-alpn-certificate.ts";
import { childrenOf, decodeElement, decodeOctetString, decodeSequence } from "../../src/lib/der.ts";
import { readExtensions } from "../../src/lib/x509-reader.ts";

const NOW = Date.UTC(2026, 10, 22);
const KEY_AUTHORIZATION =
  "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0.9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";

describe("answers to challenges", () => {
  it("are where HTTP-01 looks (RFC 8555 §8.3)", () => {
    expect(http01Path("LoqXcYV8")).toBe("/.well-known/acme-challenge/LoqXcYV8");
  });

  it("are what DNS-01 looks for (RFC 8555 §8.4), wildcards under the name itself", () => {
    const digest = createHash("sha256").update(KEY_AUTHORIZATION).digest("base64url");
    for (const name of ["example.com", "*.example.com"]) {
      expect(dns01Record(identifierOf(name), KEY_AUTHORIZATION)).toEqual({
        name: "_acme-challenge.example.com",
        value: digest,
      });
    }
  });
});

describe("the certificate of TLS-ALPN-01 (RFC 8737 §3)", () => {
  it.each([
    ["docs.example.com", "DNS:docs.example.com"],
    ["192.0.2.1", "IP Address:192.0.2.1"],
    ["2001:db8::1", "IP Address:2001:DB8:0:0:0:0:0:1"],
  ])(
    "for %s has one name, the digest in a critical extension, and its own signature",
    async (name, san) => {
      const pair = await createTlsAlpnCertificate({
        identifier: identifierOf(name),
        keyAuthorization: KEY_AUTHORIZATION,
        now: NOW,
      });
      const certificate = new X509Certificate(pair.certificatePem);
      expect(certificate.subjectAltName).toBe(san);
      expect(certificate.subject).toBe(certificate.issuer);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(Date.parse(certificate.validFrom)).toBeLessThan(NOW);
      expect(Date.parse(certificate.validTo)).toBeGreaterThan(NOW);

      const [info] = decodeSequence(decodeElement(certificate.raw));
      const wrapper = decodeSequence(info).at(-1);
      const extensions = readExtensions(wrapper && childrenOf(wrapper)[0]);
      const acme = extensions.get("1.3.6.1.5.5.7.1.31");
      expect(acme?.critical).toBe(true);
      expect(
        Buffer.from(decodeOctetString(decodeElement(acme?.value ?? new Uint8Array()))),
      ).toEqual(createHash("sha256").update(KEY_AUTHORIZATION).digest());
    },
  );
});
