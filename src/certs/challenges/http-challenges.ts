const PREFIX = "/.well-known/acme-challenge/";
/** RFC 8555 §8.1: of the base64url alphabet. */
const TOKEN = /^[\w-]{1,256}$/;

/**
 * What the HTTP listener answers to HTTP-01 (RFC 8555 §8.3). Holds answers only while a CA may ask
 * for them, so that nobody can use us to sign tokens of their own.
 */
export class HttpChallenges {
  readonly #answers = new Map<string, string>();

  /** Answers `token` until the returned function is called. */
  add(token: string, keyAuthorization: string): () => void {
    this.#answers.set(token, keyAuthorization);
    return () => {
      if (this.#answers.get(token) === keyAuthorization) this.#answers.delete(token);
    };
  }

  /** The body for this path, to be sent as `application/octet-stream`; undefined for any other. */
  answer(path: string): string | undefined {
    return path.startsWith(PREFIX) ? this.#answers.get(path.slice(PREFIX.length)) : undefined;
  }

  /** The token in this path; undefined when there is none, or nothing that a CA would ask for. */
  static tokenOf(path: string): string | undefined {
    const token = path.startsWith(PREFIX) ? path.slice(PREFIX.length) : "";
    return TOKEN.test(token) ? token : undefined;
  }

  /** Whether the path is one that only a CA asks for: an unknown token there is a plain 404. */
  static isChallengePath(path: string): boolean {
    return path.startsWith(PREFIX);
  }
}
