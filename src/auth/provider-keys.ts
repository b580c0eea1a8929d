import {
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTVerifyGetKey,
} from "jose";
import type { Clock } from "../lib/clock.ts";
import { messageOf } from "../lib/errors.ts";
import { fetchJson, isRecord } from "./fetch-json.ts";

/** Keys older than this are fetched again, while the request at hand is answered with them. */
const REFRESH_AFTER_MS = 10 * 60_000;
/** How long keys are believed when the provider does not answer. */
const FRESH_FOR_MS = 24 * 3_600_000;
/** Pause between two fetches, however many unknown key ids and failures there are. */
const PAUSE_MS = 10_000;
const MAX_KEYS = 100;

export interface ProviderKeysOptions {
  /** Issuer identifier of the provider, exactly as it writes it. */
  readonly issuer: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  /** Told of each fetch that failed. */
  readonly onError?: (error: unknown) => void;
}

/** There are no keys that could be believed, and none can be had just now. */
export class ProviderUnavailable extends Error {
  override readonly name: string = "ProviderUnavailable";
}

/**
 * The signing keys of an OpenID Connect or OAuth provider, found by discovery (OpenID Connect
 * Discovery 1.0; RFC 8414). A key that is not known is looked for once more, so that a rotation
 * needs no restart, and keys outlive an outage of the provider by a day.
 */
export class ProviderKeys {
  readonly #options: ProviderKeysOptions;
  #keys: JWTVerifyGetKey | undefined;
  #fetchedAtMs = Number.NEGATIVE_INFINITY;
  #triedAtMs = Number.NEGATIVE_INFINITY;
  #fetching: Promise<boolean> | undefined;

  constructor(options: ProviderKeysOptions) {
    this.#options = options;
  }

  /**
   * The key that a token was signed with, by its header. Rejects with {@link ProviderUnavailable},
   * or with `errors.JWKSNoMatchingKey` of jose when the provider has no such key.
   */
  async find(
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    const age = this.#options.clock.now() - this.#fetchedAtMs;
    const isFresh = this.#keys !== undefined && age >= 0 && age < FRESH_FOR_MS;
    if (!isFresh && !(await this.refresh())) throw new ProviderUnavailable();
    if (isFresh && age > REFRESH_AFTER_MS) void this.refresh();
    try {
      return await this.#find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      const isNew = await this.refresh();
      if (!isNew) throw error;
      return this.#find(header, token);
    }
  }

  /**
   * Fetches the keys, together with whoever else wants them just now. Resolves to false when that
   * failed, or was tried a moment ago; the keys are then what they were.
   */
  async refresh(): Promise<boolean> {
    if (this.#fetching) return this.#fetching;
    const now = this.#options.clock.now();
    if (Math.abs(now - this.#triedAtMs) < PAUSE_MS) return false;
    this.#triedAtMs = now;
    this.#fetching = this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<boolean> {
    try {
      const jwks = await this.#fetchKeySet(await this.#discover());
      this.#keys = createLocalJWKSet(jwks);
      this.#fetchedAtMs = this.#options.clock.now();
      return true;
    } catch (error) {
      this.#options.onError?.(error);
      return false;
    }
  }

  async #find(
    header: JWTHeaderParameters,
    token: FlattenedJWSInput,
  ): Promise<Awaited<ReturnType<JWTVerifyGetKey>>> {
    if (!this.#keys) throw new ProviderUnavailable();
    return this.#keys(header, token);
  }

  /** URL of the key set. */
  async #discover(): Promise<string> {
    const { issuer } = this.#options;
    const failures: string[] = [];
    for (const url of discoveryUrls(issuer)) {
      let metadata: unknown;
      try {
        metadata = await fetchJson(url, this.#options);
      } catch (error) {
        failures.push(messageOf(error));
        continue;
      }
      const { issuer: named, jwks_uri: keys } = isRecord(metadata) ? metadata : {};
      // What a token is compared with has to be what the provider calls itself (RFC 8414, 3.3).
      if (named !== issuer) {
        failures.push(`${url} is of the issuer ${JSON.stringify(named)}, expected ${issuer}`);
      } else if (typeof keys !== "string" || !isSafeUrl(keys, issuer)) {
        failures.push(`${url} has no jwks_uri that could be trusted`);
      } else {
        return keys;
      }
    }
    throw new Error(`no keys of the provider ${issuer}: ${failures.join("; ")}`);
  }

  async #fetchKeySet(url: string): Promise<JSONWebKeySet> {
    const value = await fetchJson(url, this.#options);
    const keys = isRecord(value) ? value["keys"] : undefined;
    if (!Array.isArray(keys) || keys.length > MAX_KEYS || !keys.every(isRecord)) {
      throw new Error(`${url} is not a set of at most ${MAX_KEYS} keys`);
    }
    return { keys: keys.filter(isPublicKey) };
  }
}

/** OpenID Connect appends to the issuer's path, RFC 8414 inserts before it. */
function discoveryUrls(issuer: string): string[] {
  const base = issuer.replace(/\/$/, "");
  const { origin, pathname } = new URL(base);
  return [
    `${base}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${pathname === "/" ? "" : pathname}`,
  ];
}

/** https, or http where the issuer itself is on this computer. */
function isSafeUrl(url: string, issuer: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, origin } = new URL(url);
  return protocol === "https:" || origin === new URL(issuer).origin;
}

/** A symmetric key in a public document is known to everybody. */
function isPublicKey(key: Readonly<Record<string, unknown>>): key is { readonly kty: string } {
  return key["kty"] === "RSA" || key["kty"] === "EC" || key["kty"] === "OKP";
}
