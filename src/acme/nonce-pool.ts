/** A CA gives a nonce with every reply, and at most a few requests run side by side. */
const MAX_NONCES = 16;

/**
 * Nonces that replies brought and no request has used yet (RFC 8555 §6.5). The newest is taken
 * first, because CAs forget old ones.
 */
export class NoncePool {
  #nonces: string[] = [];

  /** Ignores what is not a nonce: base64url and of a length that fits into a header. */
  add(nonce: string | undefined): void {
    if (nonce === undefined || !/^[\w-]{1,512}$/.test(nonce)) return;
    this.#nonces.push(nonce);
    if (this.#nonces.length > MAX_NONCES) this.#nonces.shift();
  }

  take(): string | undefined {
    return this.#nonces.pop();
  }
}
