import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import { type Directory, endpointsOf, readDirectory } from "./directory.ts";
import { AcmeExchange, type Ask, type ExchangeOptions } from "./exchange.ts";
import { type JwsSigner, signJws } from "./jws.ts";
import { NoncePool } from "./nonce-pool.ts";
import { AcmeProblem } from "./problem.ts";
import { repeatOnFailure } from "./repetition.ts";
import { type AcmeReply, errorOf, jsonOf } from "./reply.ts";

export interface SessionOptions extends ExchangeOptions {
  readonly directoryUrl: string;
}

export interface SignedAsk extends Ask {
  readonly signer: JwsSigner;
  /** The empty string is POST-as-GET. */
  readonly payload: object | "";
  /** Content types that are wanted; default JSON. */
  readonly accept?: string;
  /** Whether a second one does no harm. Default: POST-as-GET may be repeated, the rest not. */
  readonly mayRepeat?: boolean;
}

const DIRECTORY_TTL_MS = 3_600_000;
/**
 * A CA may refuse a nonce for no fault of ours (RFC 8555 §6.5). Even one that refuses nine of ten
 * is outlasted: 0.9^200 is less than one in a thousand million.
 */
const MAX_NONCE_TRIES = 200;
/** From here on a refusal is answered with a pause: this CA is in trouble. */
const PATIENT_NONCE_TRIES = 20;
const NONCE_PAUSE_MS = 50;
const NONCE_PATIENCE_MS = 180_000;

/**
 * Requests to one CA: directory, nonces, signatures, and repeating what may be repeated. Account,
 * Order and the rest say what is asked; this says how.
 */
export class AcmeSession {
  readonly clock: Clock;
  readonly #directoryUrl: string;
  readonly #exchange: AcmeExchange;
  readonly #nonces = new NoncePool();
  #directory: { readonly value: Directory; readonly expires: number } | undefined;

  constructor(options: SessionOptions) {
    this.clock = options.clock;
    this.#directoryUrl = options.directoryUrl;
    this.#exchange = new AcmeExchange(options);
    this.#exchange.trust([options.directoryUrl]);
  }

  get clockOffsetMs(): number | undefined {
    return this.#exchange.clockOffsetMs;
  }

  /** How long the last exchange took: the pace at which it makes sense to ask this CA again. */
  get latencyMs(): number {
    return this.#exchange.latencyMs;
  }

  /** The CA's directory; asked for again after an hour. */
  async directory(signal?: AbortSignal): Promise<Directory> {
    if (this.#directory && this.clock.now() < this.#directory.expires) return this.#directory.value;
    const reply = await this.get({ url: this.#directoryUrl, action: "directory", signal });
    const value = readDirectory(jsonOf(reply, "directory"));
    this.#exchange.trust([this.#directoryUrl, ...endpointsOf(value)]);
    this.#directory = { value, expires: this.clock.now() + DIRECTORY_TTL_MS };
    return value;
  }

  /** GET without a signature, for the two resources that need none: directory and renewal info. */
  get(ask: Ask): Promise<AcmeReply> {
    const repetition = { clock: this.clock, signal: ask.signal, mayRepeat: true };
    return repeatOnFailure(repetition, async () => {
      const reply = await this.#exchange.send("GET", ask, { accept: "application/json" });
      this.#nonces.add(reply.nonce);
      return this.#successOnly(reply);
    });
  }

  /** A signed POST. Resolves with a 2xx reply; every other one is thrown as what it says. */
  async post(ask: SignedAsk): Promise<AcmeReply> {
    const { signal, payload, mayRepeat = payload === "" } = ask;
    // Before the first try and not in it: getting a nonce has repetitions of its own.
    this.#nonces.add(await this.#nextNonce(signal));
    return repeatOnFailure({ clock: this.clock, signal, mayRepeat }, async () =>
      this.#postOnce(ask, await this.#nextNonce(signal)),
    );
  }

  /** One request, and as many as it takes to have its nonce accepted. */
  async #postOnce(ask: SignedAsk, firstNonce: string): Promise<AcmeReply> {
    const { url, signer, payload, signal, accept = "application/json" } = ask;
    const headers = { accept, "content-type": "application/jose+json" };
    const end = this.clock.now() + NONCE_PATIENCE_MS;
    for (let nonce = firstNonce, tries = 1; ; tries++) {
      const body = JSON.stringify(signJws({ signer, url, nonce, payload }));
      const reply = await this.#exchange.send("POST", ask, headers, body);
      const isLast = tries >= MAX_NONCE_TRIES || this.clock.now() >= end;
      if (isLast || !this.#isBadNonce(reply)) {
        this.#nonces.add(reply.nonce);
        return this.#successOnly(reply);
      }
      if (tries > PATIENT_NONCE_TRIES) await this.clock.sleep(NONCE_PAUSE_MS, signal);
      // The refusal itself brings the nonce to try again with (RFC 8555 §6.5).
      nonce = reply.nonce ?? (await this.#nextNonce(signal));
    }
  }

  #isBadNonce(reply: AcmeReply): boolean {
    if (isSuccess(reply)) return false;
    const error = errorOf(reply, this.clock.now());
    return error instanceof AcmeProblem && error.errorName === "badNonce";
  }

  #successOnly(reply: AcmeReply): AcmeReply {
    if (isSuccess(reply)) return reply;
    throw errorOf(reply, this.clock.now());
  }

  async #nextNonce(signal: AbortSignal | undefined): Promise<string> {
    const pooled = this.#nonces.take();
    if (pooled !== undefined) return pooled;
    const { newNonce: url } = await this.directory(signal);
    return repeatOnFailure({ clock: this.clock, signal, mayRepeat: true }, async () => {
      const ask = { url, action: "newNonce", signal };
      const { nonce } = this.#successOnly(await this.#exchange.send("HEAD", ask, {}));
      if (nonce !== undefined) return nonce;
      throw new DocportError(
        "ERR_ACME_PROTOCOL",
        "The CA's reply to newNonce has no Replay-Nonce",
        {
          hint: "Check that nothing between strips headers from the CA's replies.",
        },
      );
    });
  }
}

function isSuccess(reply: AcmeReply): boolean {
  return reply.status >= 200 && reply.status < 300;
}
