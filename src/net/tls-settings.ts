import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

/**
 * What a listener accepts: TLS 1.3, and 1.2 with ephemeral keys and authenticated encryption only;
 * nothing that has to be explained. Clients choose the cipher: a phone without AES hardware is better
 * off with ChaCha20, and knows it.
 */
export const TLS_SETTINGS: SecureContextOptions = {
  minVersion: "TLSv1.2",
  maxVersion: "TLSv1.3",
  ciphers: [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
    "ECDHE-RSA-CHACHA20-POLY1305",
  ].join(":"),
  ecdhCurve: "X25519:prime256v1:secp384r1",
  // A client that renegotiates makes us work for nothing; no client needs to.
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
};

/** HSTS (RFC 6797) for a year: a client that came once never asks in plain text again. */
export const STRICT_TRANSPORT_SECURITY = "max-age=31536000";
