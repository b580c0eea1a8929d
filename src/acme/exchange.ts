import type { Clock } from "../lib/clock.ts";
import { DocportError, messageOf, systemCodeOf } from "../lib/errors.ts";
import { parseHttpDate, parseRetryAfter } from "../lib/retry-after.ts";
import { withDeadline } from "./deadline.ts";
import { type AcmeReply, linksOf } from "./reply.ts";
import type { AcmeRequest, AcmeTransport } from "./transport.ts";

export interface ExchangeOptions {
  readonly transport: AcmeTransport;
  readonly clock: Clock;
  readonly userAgent: string;
  /** For one exchange, body included. */
  readonly requestTimeoutMs: number;
}

export interface Ask {
  readonly url: string;
  /** What is asked, for messages: "newOrder". */
  readonly action: string;
  readonly signal: AbortSignal | undefined;
}

/** A chain of ten certificates or an order for a hundred names is well below. */
const MAX_BODY_BYTES = 512 * 1024;

/** One request and its reply at a time: deadline, trust in the URL, and what every reply tells. */
export class AcmeExchange {
  readonly #options: ExchangeOptions;
  #origins: ReadonlySet<string> = new Set();
  #clockOffsetMs: number | undefined;
  #latencyMs = 0;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** The CA's clock minus ours at the last reply that had a Date; that has whole seconds. */
  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs;
  }

  /** How long the last exchange took. */
  get latencyMs(): number {
    return this.#latencyMs;
  }

  /**
   * Requests go to the origins of these URLs from now on, and nowhere else: an order cannot send us
   * to a host of its choice. They are those of the directory, which TLS vouches for.
   */
  trust(urls: readonly string[]): void {
    for (const url of urls) assertHttps(url);
    this.#origins = new Set(urls.map((url) => new URL(url).origin));
  }

  /** The reply, whatever its status. Without a whole reply: ERR_ACME_NETWORK or _TIMEOUT. */
  async send(
    method: AcmeRequest["method"],
    { url, action, signal }: Ask,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<AcmeReply> {
    this.#assertTrusted(url);
    const { transport, clock, userAgent, requestTimeoutMs } = this.#options;
    const started = clock.now();
    const deadline = { clock, timeoutMs: requestTimeoutMs, signal, action };
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
    const ended = clock.now();
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

  #assertTrusted(url: string): void {
    assertHttps(url);
    const { origin } = new URL(url);
    if (this.#origins.has(origin)) return;
    throw new DocportError(
      "ERR_ACME_URL",
      `The CA sent us to ${origin}, which its directory does not name`,
      { hint: "Report this to the CA; no request was made to that place." },
    );
  }
}

function assertHttps(url: string): void {
  if (URL.canParse(url) && new URL(url).protocol === "https:") return;
  throw new DocportError(
    "ERR_ACME_URL",
    `The CA sent us to "${url.slice(0, 200)}", which is not an https URL (RFC 8555 §6.1)`,
    { hint: "Check that the directory URL is that of an ACME server." },
  );
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
