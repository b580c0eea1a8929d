import type { AcmeResponse } from "../../../acme/transport.ts";
import { accountRoutes } from "./accounts.ts";
import { authorizationRoutes } from "./authorizations.ts";
import type { CaBehaviour } from "./ca-behaviour.ts";
import { CaStore } from "./ca-store.ts";
import { certificateRoutes } from "./certificates.ts";
import { CertificateIssuer } from "./issuer.ts";
import { orderRoutes } from "./orders.ts";
import { Refusal } from "./refusal.ts";
import { type Jwk, type JwsHeader, type VerifiedJws, verifyJws } from "./verify-jws.ts";

/** The resources of a CA, by the names that its directory and RFC 8555 give them. */
const ENDPOINTS = [
  "directory",
  "newNonce",
  "newAccount",
  "account",
  "orders",
  "newOrder",
  "order",
  "authorization",
  "challenge",
  "finalize",
  "certificate",
  "revokeCert",
  "keyChange",
  "renewalInfo",
] as const;

export type Endpoint = (typeof ENDPOINTS)[number];

export interface AcmeServerOptions {
  /** Origin of all URLs, for example "https://ca.test". */
  readonly origin: string;
  readonly now: () => number;
  readonly random: () => number;
  readonly behaviour: CaBehaviour;
}

export interface ServerRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a handler answers with; the server adds nonce, date and index link. */
export interface Answer {
  readonly status: number;
  readonly json?: object;
  readonly pem?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request whose JWS is good. `accountId` is there when an account has signed it. */
export interface SignedRequest extends VerifiedJws {
  readonly url: string;
  /** The part of the path after the endpoint's name. */
  readonly id: string;
  readonly accountId: string | undefined;
  readonly jwk: Jwk;
}

export type Handler = (ca: AcmeServer, request: SignedRequest) => Answer;
export type Routes = Partial<Readonly<Record<Endpoint, Handler>>>;

const POST_ROUTES: Routes = {
  ...accountRoutes,
  ...orderRoutes,
  ...authorizationRoutes,
  ...certificateRoutes,
};
/** Where a key may sign for itself, without an account. */
const SELF_SIGNED: readonly Endpoint[] = ["newAccount", "revokeCert"];

/** A CA by RFC 8555 in memory: strict, deterministic, without sockets or timers. */
export class AcmeServer {
  readonly store: CaStore = new CaStore();
  readonly behaviour: CaBehaviour;
  readonly issuer: CertificateIssuer;
  readonly now: () => number;
  readonly random: () => number;
  origin: string;

  constructor(options: AcmeServerOptions) {
    this.origin = options.origin;
    this.now = options.now;
    this.random = options.random;
    this.behaviour = options.behaviour;
    this.issuer = new CertificateIssuer(options.now());
  }

  urlOf(endpoint: Endpoint, id?: string): string {
    return `${this.origin}/${endpoint}${id === undefined ? "" : `/${id}`}`;
  }

  /** The endpoint and id that an URL is for; "unknown" is none of its endpoints. */
  static route(url: string): { readonly endpoint: Endpoint | "unknown"; readonly id: string } {
    const [, name = "", ...rest] = new URL(url).pathname.split("/");
    const endpoint = ENDPOINTS.find((one) => one === name) ?? "unknown";
    return { endpoint, id: rest.join("/") };
  }

  handle(request: ServerRequest): AcmeResponse {
    let answer: Answer;
    try {
      answer = this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.refuse(request, error);
    }
    return this.#toResponse(request, answer);
  }

  /** Does nothing of what is asked; the reply has a nonce and a date like every other. */
  refuse(request: ServerRequest, refusal: Refusal): AcmeResponse {
    const { retryAfter } = refusal.details;
    return this.#toResponse(request, {
      status: refusal.status,
      json: refusal.toDocument(),
      headers: retryAfter === undefined ? {} : { "retry-after": retryAfter },
    });
  }

  #answer(request: ServerRequest): Answer {
    if ((request.headers["user-agent"] ?? "") === "") {
      throw new Refusal(400, "malformed", "a User-Agent is required (RFC 8555 §6.1)");
    }
    const { endpoint, id } = AcmeServer.route(request.url);
    if (endpoint === "newNonce" && request.method !== "POST") {
      return {
        status: request.method === "HEAD" ? 200 : 204,
        headers: { "cache-control": "no-store" },
      };
    }
    if (endpoint === "directory" && request.method === "GET")
      return { status: 200, json: this.#directory() };
    if (
      endpoint === "renewalInfo" &&
      request.method === "GET" &&
      this.behaviour.offersRenewalInfo
    ) {
      return this.#renewalInfo(id);
    }
    const handler = endpoint === "unknown" ? undefined : POST_ROUTES[endpoint];
    if (endpoint === "unknown" || !handler)
      throw new Refusal(404, "malformed", `there is nothing at ${request.url}`);
    if (request.method !== "POST") throw new Refusal(405, "malformed", "POST is expected");
    return handler(this, this.#verify(request, endpoint, id));
  }

  #verify(request: ServerRequest, endpoint: Endpoint, id: string): SignedRequest {
    if (request.headers["content-type"] !== "application/jose+json") {
      throw new Refusal(415, "malformed", "Content-Type: application/jose+json is expected");
    }
    let accountId: string | undefined;
    let jwk: Jwk | undefined;
    const keyOf = (header: JwsHeader): Jwk => {
      if (header.jwk) {
        if (!SELF_SIGNED.includes(endpoint)) throw new Refusal(400, "malformed", "kid is expected");
        jwk = header.jwk;
      } else {
        if (endpoint === "newAccount") throw new Refusal(400, "malformed", "jwk is expected");
        const account = this.store.accounts.get(AcmeServer.route(header.kid ?? "").id);
        if (!account || header.kid !== this.urlOf("account", account.id)) {
          throw new Refusal(400, "accountDoesNotExist", `there is no account ${header.kid}`);
        }
        if (account.status !== "valid") {
          throw new Refusal(403, "unauthorized", `the account is ${account.status}`);
        }
        accountId = account.id;
        jwk = account.jwk;
      }
      return jwk;
    };
    const jws = verifyJws(parseBody(request.body), keyOf);
    this.#useNonce(jws.header.nonce);
    if (jws.header.url !== request.url) {
      throw new Refusal(
        403,
        "unauthorized",
        `the JWS is for ${jws.header.url}, not ${request.url}`,
      );
    }
    return { ...jws, url: request.url, id, accountId, jwk: jwk ?? { kty: "" } };
  }

  #useNonce(nonce: string | undefined): void {
    const isKnown = nonce !== undefined && this.store.nonces.delete(nonce);
    if (!isKnown || this.random() < this.behaviour.badNonceRate) {
      throw new Refusal(400, "badNonce", `nonce ${nonce} is not good`);
    }
  }

  #directory(): object {
    const { behaviour } = this;
    const profiles = Object.entries(behaviour.profiles).map(([name, { description }]) => [
      name,
      description,
    ]);
    return {
      newNonce: this.urlOf("newNonce"),
      newAccount: this.urlOf("newAccount"),
      newOrder: this.urlOf("newOrder"),
      revokeCert: this.urlOf("revokeCert"),
      keyChange: this.urlOf("keyChange"),
      ...(behaviour.offersRenewalInfo ? { renewalInfo: this.urlOf("renewalInfo") } : {}),
      // Some CAs put an entry of no meaning here, so that nobody relies on there being none.
      "x-random-entry": "https://community.example/why-is-there-a-random-entry",
      meta: {
        termsOfService: behaviour.termsOfService,
        website: "https://ca.example/",
        caaIdentities: ["ca.example"],
        externalAccountRequired: behaviour.externalAccountKeys.size > 0,
        ...(behaviour.offersProfiles ? { profiles: Object.fromEntries(profiles) } : {}),
      },
    };
  }

  #renewalInfo(id: string): Answer {
    const certificate = [...this.store.certificates.values()].find(
      ({ ariCertificateId }) => ariCertificateId === id,
    );
    if (!certificate) throw new Refusal(404, "malformed", `there is no certificate ${id}`);
    const { notBefore, notAfter } = certificate;
    const lifetimeMs = notAfter - notBefore;
    const middle = notBefore + (lifetimeMs * 2) / 3;
    const { start, end } = this.behaviour.renewalWindow?.(certificate) ?? {
      start: middle - lifetimeMs / 100,
      end: middle + lifetimeMs / 100,
    };
    const suggestedWindow = {
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
    };
    return { status: 200, json: { suggestedWindow }, headers: { "retry-after": "21600" } };
  }

  #toResponse(request: ServerRequest, answer: Answer): AcmeResponse {
    const text = answer.pem ?? (answer.json === undefined ? "" : JSON.stringify(answer.json));
    const jsonType = answer.status >= 400 ? "application/problem+json" : "application/json";
    const contentType = answer.pem === undefined ? jsonType : "application/pem-certificate-chain";
    const headers: Record<string, string> = {
      date: new Date(this.now() + this.behaviour.dateOffsetMs).toUTCString(),
      link: `<${this.urlOf("directory")}>;rel="index"`,
      ...(text === "" ? {} : { "content-type": contentType }),
      ...answer.headers,
    };
    const { endpoint } = AcmeServer.route(request.url);
    const isUnsigned = endpoint === "directory" || endpoint === "renewalInfo";
    if (!isUnsigned) headers["replay-nonce"] = this.#newNonce();
    return {
      status: answer.status,
      headers,
      body: Buffer.from(request.method === "HEAD" ? "" : text),
    };
  }

  #newNonce(): string {
    const nonce = `nonce-${this.store.nextId()}`;
    this.store.nonces.add(nonce);
    return nonce;
  }
}

function parseBody(body: string | undefined): unknown {
  try {
    return JSON.parse(body ?? "");
  } catch {
    throw new Refusal(400, "malformed", "the body is not JSON");
  }
}
