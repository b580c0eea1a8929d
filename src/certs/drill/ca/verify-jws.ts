import {
  createHash,
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { isRecord, type JsonRecord, stringIn } from "../../parse-json.ts";
import { Refusal } from "./refusal.ts";

/** A JWS whose signature is good; the nonce has not been looked at. */
export interface VerifiedJws {
  readonly header: JwsHeader;
  /** "" for POST-as-GET. */
  readonly payload: Readonly<Record<string, unknown>> | "";
}

export interface JwsHeader {
  readonly alg: string;
  readonly url: string;
  readonly nonce?: string;
  readonly kid?: string;
  readonly jwk?: Jwk;
}

export interface Jwk {
  readonly kty: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
  readonly n?: string;
  readonly e?: string;
}

const ALGORITHMS = ["ES256", "ES384", "RS256"] as const;
const HEADER_NAMES = ["alg", "url", "nonce", "kid", "jwk"];

const malformed = (detail: string): Refusal => new Refusal(400, "malformed", detail);

/** Parses and verifies a flattened JWS as strictly as RFC 8555 §6.2 lets a server be. */
export function verifyJws(body: unknown, keyOf: (header: JwsHeader) => Jwk): VerifiedJws {
  const { protectedText, payloadText, signature } = partsOf(body);
  const header = readHeader(decodeJson(protectedText));
  const jwk = keyOf(header);
  const input = Buffer.from(`${protectedText}.${payloadText}`);
  if (!isSignatureGood(header.alg, jwk, input, decode(signature))) {
    throw malformed("JWS verification error");
  }
  return { header, payload: payloadText === "" ? "" : object(decodeJson(payloadText)) };
}

/** The inner JWS of externalAccountBinding (RFC 8555 §7.3.4). */
export function verifyExternalBinding(
  binding: unknown,
  expected: { readonly url: string; readonly jwk: Jwk; readonly keys: ReadonlyMap<string, string> },
): string {
  const { protectedText, payloadText, signature } = partsOf(binding);
  const header = object(decodeJson(protectedText));
  const kid = String(header["kid"]);
  const hmacKey = expected.keys.get(kid);
  if (header["alg"] !== "HS256" || "nonce" in header || header["url"] !== expected.url) {
    throw malformed("externalAccountBinding: wrong protected header");
  }
  if (hmacKey === undefined) throw new Refusal(403, "unauthorized", `unknown EAB key ${kid}`);
  const good = createHmac("sha256", Buffer.from(hmacKey, "base64url"))
    .update(`${protectedText}.${payloadText}`)
    .digest();
  const given = decode(signature);
  if (given.length !== good.length || !timingSafeEqual(given, good)) {
    throw new Refusal(403, "unauthorized", "externalAccountBinding: wrong signature");
  }
  if (thumbprintOf(readJwk(decodeJson(payloadText))) !== thumbprintOf(expected.jwk)) {
    throw malformed("externalAccountBinding: payload is not the account key");
  }
  return kid;
}

function partsOf(
  body: unknown,
): Readonly<Record<"protectedText" | "payloadText" | "signature", string>> {
  const members = object(body);
  if (Object.keys(members).toSorted().join() !== "payload,protected,signature") {
    throw malformed("JWS: exactly protected, payload and signature are expected");
  }
  return {
    protectedText: base64url(members["protected"]),
    payloadText: base64url(members["payload"]),
    signature: base64url(members["signature"]),
  };
}

function readHeader(value: unknown): JwsHeader {
  const header = object(value);
  const extra = Object.keys(header).filter((name) => !HEADER_NAMES.includes(name));
  if (extra.length > 0) throw malformed(`JWS header: unexpected ${extra.join()}`);
  const { alg, url, nonce, kid, jwk } = header;
  if (!ALGORITHMS.some((one) => one === alg)) {
    const detail = `algorithm ${String(alg)} is not supported`;
    throw new Refusal(400, "badSignatureAlgorithm", detail, { algorithms: ALGORITHMS });
  }
  if (typeof url !== "string") throw malformed("JWS header: no url");
  if ((kid === undefined) === (jwk === undefined))
    throw malformed("JWS header: kid or jwk, not both");
  return {
    alg: String(alg),
    url,
    ...(typeof nonce === "string" ? { nonce } : {}),
    ...(typeof kid === "string" ? { kid } : {}),
    ...(jwk === undefined ? {} : { jwk: readJwk(jwk) }),
  };
}

/** The public members of a key; Node judges later whether they make one. */
export function readJwk(value: unknown): Jwk {
  const members = object(value);
  const names = ["crv", "x", "y", "n", "e"] as const;
  const given = names.flatMap((name) => {
    const member = stringIn(members, name);
    return member === undefined ? [] : [[name, member] as const];
  });
  return { kty: stringIn(members, "kty") ?? "", ...Object.fromEntries(given) };
}

export function publicKeyOf(jwk: Jwk): KeyObject {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    throw new Refusal(400, "badPublicKey", "the JWK is not a key");
  }
}

function isSignatureGood(alg: string, jwk: Jwk, input: Buffer, signature: Buffer): boolean {
  const key = publicKeyOf(jwk);
  const curve = { ES256: "P-256", ES384: "P-384", RS256: undefined }[alg];
  if (jwk.crv !== curve) throw malformed(`JWS: ${alg} with a key of ${jwk.crv ?? jwk.kty}`);
  const hash = alg === "ES384" ? "sha384" : "sha256";
  return verify(hash, input, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** RFC 7638 §3, by its own words: required members in lexicographic order, no white space. */
export function thumbprintOf(jwk: Jwk): string {
  const members =
    jwk.kty === "EC" ? (["crv", "kty", "x", "y"] as const) : (["e", "kty", "n"] as const);
  const pairs = members.map((name) => `"${name}":"${String(jwk[name])}"`);
  return createHash("sha256").update(`{${pairs.join()}}`).digest("base64url");
}

function base64url(value: unknown): string {
  if (typeof value === "string" && /^[\w-]*$/.test(value)) return value;
  throw malformed("JWS: base64url without padding is expected");
}

function decode(text: string): Buffer {
  return Buffer.from(text, "base64url");
}

function decodeJson(text: string): unknown {
  try {
    return JSON.parse(decode(text).toString("utf8"));
  } catch {
    throw malformed("JWS: JSON is expected");
  }
}

function object(value: unknown): JsonRecord {
  if (!isRecord(value)) throw malformed("an object is expected");
  return value;
}
