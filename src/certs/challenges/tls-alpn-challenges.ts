/** A certificate that answers one TLS-ALPN-01 challenge, in PEM. */
export interface TlsAlpnAnswer {
  readonly cert: string;
  readonly key: string;
}

/**
 * What the HTTPS listener shows to a connection that offers only `acme-tls/1` (RFC 8737 §3). Keyed
 * by the server name that the CA sends: for an address that is its reverse name (RFC 8738 §6).
 */
export class TlsAlpnChallenges {
  readonly #answers = new Map<string, TlsAlpnAnswer>();

  /** Shows `answer` for `serverName` until the returned function is called. */
  add(serverName: string, answer: TlsAlpnAnswer): () => void {
    const name = serverName.toLowerCase();
    this.#answers.set(name, answer);
    return () => {
      if (this.#answers.get(name) === answer) this.#answers.delete(name);
    };
  }

  get(serverName: string | undefined): TlsAlpnAnswer | undefined {
    return serverName === undefined ? undefined : this.#answers.get(serverName.toLowerCase());
  }
}
