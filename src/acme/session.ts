import type { Clock } from "../lib/clock.ts";
import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { withDeadline } from "./deadline.ts";
import { type Directory, endpointsOf, readDirectory } from "./directory.ts";
import { type JwsSigner, signJws } from "./jws.ts";
import { NoncePool } from "./nonce-pool.ts";
import { AcmeProblem } from "./problem.ts";
import { type AcmeReply, errorOf, jsonOf, linksOf } from "./reply.ts";
import { parseHttpDate, parseRetryAfter } from "./retry-after.ts";
import type { AcmeRequest, AcmeTransport } from "./transport.ts";

export interface SessionOptions {
  readonly directoryUrl: string;
  readonly transport: AcmeTransport;
  readonly clock: Clock;
  readonly userAgent: string;
  /** For one exchange, body included. */
  readonly requestTimeoutMs: number;
}

export interface GetOptions {
  readonly url: string;
  readonly action: string;
  readonly signal: AbortSignal | undefined;
}

export interface PostOptions extends GetOptions {
  readonly signer: JwsSigner;
  /** The empty string is POST-as-GET. */
  readonly payload: object | "";
  /** Content types that are wanted; default JSON. */
  readonly accept?: string;
  /** Whether a second one does no harm. Default: POST-as-GET may be repeated, the rest not. */
  readonly mayRepeat?: boolean;
}

const DIRECTORY_TTL_MS = 3_600_000;
/** A chain of ten certificates or an order for a hundred names is well below. */
const MAX_BODY_BYTES = 512 * 1024;
/**
 * A CA may refuse a nonce for no fault of ours (RFC 8555 §6.5). Even one that refuses nine of ten
 * is outlasted: 0.9^200 is less than one in a thousand million.
 */
const MAX_NONCE_TRIES = 200;
/** From here on a refusal is answered with a pause: this CA is in trouble. */
const PATIENT_NONCE_TRIES = 20;
const MAX_REPEATS = 3;
const FIRST_REPEAT_MS = 250;
/** A Retry-After up to here is sat out in the call; what is longer is the caller's to plan. */
const MAX_INLINE_RETRY_AFTER_MS = 10_000;

/**
 * Requests to one CA: directory, nonces, signatures, deadlines, and repeating what may be repeated.
 * Account, Order and the rest say what is asked; this says how.
 */
export class AcmeSession {
  readonly clock: Clock;
  readonly #options: SessionOptions;
  readonly #nonces = new NoncePool();
  #directory: { readonly value: Directory; readonly expires: number } | undefined;
  #origins: ReadonlySet<string>;
  #clockOffsetMs: number | undefined;
  #latencyMs = 0;

  constructor(options: SessionOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#origins = new Set([new URL(options.directoryUrl).origin]);
  }

  /** The CA's clock minus ours at the last reply that had a Date. Of one second's precision. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** How long the last exchange took: the pace at which it makes sense to ask this CA again. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /** The CA's directory; asked for again after an hour. */
  async directory(signal?: AbortSignal): Promise<Directory> {
    if (this.#directory && this.clock.now() < this.#directory.expires) return this.#directory.value;
    const url = this.#options.directoryUrl;
    const value = readDirectory(
      jsonOf(await this.get({ url, action: "directory", signal }), "directory"),
    );
    for (const endpoint of endpointsOf(value)) assertHttps(endpoint);
    const trusted = [url, ...endpointsOf(value)].map((endpoint) => new URL(endpoint).origin);
    this.#origins = new Set(trusted);
    this.#directory = { value, expires: this.clock.now() + DIRECTORY_TTL_MS };
    return value;
  }

  /** GET without a signature, for the two resources that need none: directory and renewal info. */
  get(options: GetOptions): Promise<AcmeReply> {
    return this.#repeat(true, options.signal, async () => {
      const reply = await this.#exchange("GET", options, { accept: "application/json" });
      this.#nonces.add(reply.nonce);
      if (!isSuccess(reply)) throw errorOf(reply, this.clock.now());
      return reply;
    });
  }

  /** A signed POST. Resolves with a 2xx reply; every other one is thrown as what it says. */
  post(options: PostOptions): Promise<AcmeReply> {
    const mayRepeat = options.mayRepeat ?? options.payload === "";
    return this.#repeat(mayRepeat, options.signal, () => this.#postWithNonces(options));
  }

  async #postWithNonces(options: PostOptions): Promise<AcmeReply> {
    const { url, signer, payload, signal, accept = "application/json" } = options;
    const headers = { accept, "content-type": "application/jose+json" };
    let nonce = this.#nonces.take() ?? (await this.#newNonce(signal));
    for (let tries = 1; ; tries++) {
      const body = JSON.stringify(signJws({ signer, url, nonce, payload }));
      const reply = await this.#exchange("POST", options, headers, body);
      if (isSuccess(reply)) {
        this.#nonces.add(reply.nonce);
        return reply;
      }
      const error = errorOf(reply, this.clock.now());
      const isBadNonce = error instanceof AcmeProblem && error.errorName === "badNonce";
      if (!isBadNonce || tries >= MAX_NONCE_TRIES) {
        this.#nonces.add(reply.nonce);
        throw error;
      }
      if (tries > PATIENT_NONCE_TRIES) await this.clock.sleep(FIRST_REPEAT_MS / 5, signal);
      // The refusal itself brings the nonce to try again with (RFC 8555 §6.5).
      nonce = reply.nonce ?? (await this.#newNonce(signal));
    }
  }

  async #newNonce(signal: AbortSignal | undefined): Promise<string> {
    const { newNonce } = await this.directory(signal);
    const options = { url: newNonce, action: "newNonce", signal };
    return this.#repeat(true, signal, async () => {
      const reply = await this.#exchange("HEAD", options, {});
      if (!isSuccess(reply)) throw errorOf(reply, this.clock.now());
      if (reply.nonce !== undefined) return reply.nonce;
      throw new DocportError(
        "ERR_ACME_PROTOCOL",
        "The CA's reply to newNonce has no Replay-Nonce.",
        {
          hint: "Check that nothing between strips headers from the CA's replies.",
        },
      );
    });
  }

  /** Tries again after network failures and 5xx, with a growing pause, if that does no harm. */
  async #repeat<T>(
    mayRepeat: boolean,
    signal: AbortSignal | undefined,
    run: () => Promise<T>,
  ): Promise<T> {
    for (let repeats = 0; ; repeats++) {
      try {
        return await run();
      } catch (error) {
        const canHelp = mayRepeat ? isTransient(error) : isUndelivered(error);
        if (!canHelp || repeats >= MAX_REPEATS) throw error;
        const asked = error instanceof AcmeProblem ? (error.retryAfterMs ?? 0) : 0;
        if (asked > MAX_INLINE_RETRY_AFTER_MS) throw error;
        await this.clock.sleep(Math.max(asked, FIRST_REPEAT_MS * 4 ** repeats), signal);
      }
    }
  }

  /** One exchange, whatever its status. Everything that is not a whole reply is ERR_ACME_*. */
  async #exchange(
    method: AcmeRequest["method"],
    { url, action, signal }: GetOptions,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<AcmeReply> {
    this.#assertTrusted(url);
    const { transport, userAgent, requestTimeoutMs } = this.#options;
    const started = this.clock.now();
    const deadline = { clock: this.clock, timeoutMs: requestTimeoutMs, signal, action };
    const response = await withDeadline(deadline, async (signal) => {
      try {
        return await transport({
          method,
          url,
          headers: { ...headers, "user-agent": userAgent },
          ...(body === undefined ? {} : { body }),
          maxBodyBytes: MAX_BODY_BYTES,
          signal,
        });
      } catch (error) {
        signal.throwIfAborted();
        throw networkError(action, url, error);
      }
    });
    const ended = this.clock.now();
    this.#latencyMs = Math.max(0, ended - started);
    const date = parseHttpDate(response.headers["date"]);
    if (date !== undefined) this.#clockOffsetMs = date - (started + ended) / 2;
    return {
      url,
      action,
      status: response.status,
      contentType: mediaType(response.headers["content-type"]),
      body: response.body,
      location: response.headers["location"],
      nonce: response.headers["replay-nonce"],
      retryAfterMs: parseRetryAfter(response.headers["retry-after"], date ?? ended),
      links: (relation) => linksOf(response.headers["link"], relation, url),
    };
  }

  /**
   * Signed requests go to the origin of the directory and to those that the directory itself names,
   * nowhere else: an order cannot send us to a host of its choice.
   */
  #assertTrusted(url: string): void {
    assertHttps(url);
    const { origin } = new URL(url);
    if (this.#origins.has(origin)) return;
    throw new DocportError(
      "ERR_ACME_PROTOCOL",
      `The CA sent us to ${origin}, which its directory does not name`,
      { hint: "Report this to the CA; no request was made to that place." },
    );
  }
}

function assertHttps(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === "https:") return;
  throw new DocportError(
    "ERR_ACME_PROTOCOL",
    `The CA sent us to "${url.slice(0, 200)}", which is not an https URL (RFC 8555 §6.1)`,
    { hint: "Check that the directory URL is that of an ACME server." },
  );
}

function isSuccess(reply: AcmeReply): boolean {
  return reply.status >= 200 && reply.status < 300;
}

function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

function networkError(action: string, url: string, cause: unknown): DocportError {
  const why = systemCodeOf(cause) ?? messageOf(cause);
  const { host } = new URL(url);
  return new DocportError("ERR_ACME_NETWORK", `No reply to ${action} from ${host}: ${why}`, {
    cause,
    hint: `Check that this machine reaches https://${host} (DNS, firewall, proxy, clock).`,
  });
}

/** A failure that the next try may not have: no reply, or the CA's own trouble. */
function isTransient(error: unknown): boolean {
  return (
    isOutcomeUnknown(error) &&
    !(error instanceof DocportError && error.code === "ERR_ACME_PROTOCOL")
  );
}

/** System errors that come before a connection stands: the request cannot have arrived. */
const UNDELIVERED: readonly string[] = [
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
];

function isUndelivered(error: unknown): boolean {
  return (
    error instanceof DocportError &&
    error.code === "ERR_ACME_NETWORK" &&
    UNDELIVERED.includes(systemCodeOf(error.cause) ?? "")
  );
}

/**
 * Whether the CA may have done what it was asked although no proper reply came: the reply was lost,
 * late, or somebody else's. The way to find out is to ask for the thing itself.
 */
export function isOutcomeUnknown(error: unknown): boolean {
  if (error instanceof AcmeProblem) return (error.status ?? 0) >= 500;
  if (!(error instanceof DocportError)) return false;
  return ["ERR_ACME_NETWORK", "ERR_ACME_TIMEOUT", "ERR_ACME_PROTOCOL"].includes(error.code);
}
