import { AcmeClient } from "../../acme/client.ts";
import type { AcmeTransport } from "../../acme/transport.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ChallengeResponder } from "../challenges/challenge-responder.ts";
import type { CertificateAuthority } from "../issuance/certificate-authority.ts";
import { LETS_ENCRYPT_LIMITS } from "../ledger/rate-limits.ts";
import type { CertificateEvent } from "../manager/certificate-events.ts";
import { CertificateManager } from "../manager/certificate-manager.ts";
import type { RenewalWindow } from "../policy/renewal-window.ts";
import { AcmeServer, type Endpoint } from "./ca/acme-server.ts";
import { defaultBehaviour } from "./ca/ca-behaviour.ts";
import type { IssuedCertificate } from "./ca/ca-store.ts";
import { Refusal } from "./ca/refusal.ts";
import { DrillStorage } from "./drill-storage.ts";
import { seededRandom } from "./seeded-random.ts";
import { SimulatedClock } from "./simulated-clock.ts";

export interface DrillWorldOptions {
  readonly names: readonly string[];
  /** Life of the certificates that the CA issues. */
  readonly lifetimeMs: number;
  readonly seed: number;
  /** Epoch milliseconds. */
  readonly startAt: number;
}

/** A certificate that was served. Epoch milliseconds. */
export interface ServedSpan {
  readonly serialNumber: string;
  readonly from: number;
  readonly notAfter: number;
}

const DAY_MS = 86_400_000;
/** What is due is done at its instant all the same; a drill of a year is six times faster. */
const TICK_MS = 3_600_000;

/** What is wrong in the world at the moment. */
export interface Troubles {
  caIsDown: boolean;
  /** The CA refuses new orders, with a Retry-After of this many seconds. */
  ordersLimitedSeconds: number;
  /** The name leads to somebody else's server. */
  nameIsAstray: boolean;
  /** The process dies when it sends a request there. */
  killedAt: Endpoint | undefined;
}

/** One life of the process: when it is dead, nothing that it awaits ever comes. */
interface Life {
  isAlive: boolean;
}

/** A server that keeps its certificate, the CA that it has it from, and the time that passes. */
export class DrillWorld {
  readonly clock: SimulatedClock;
  readonly ca: AcmeServer;
  readonly storage: DrillStorage = new DrillStorage();
  readonly troubles: Troubles = {
    caIsDown: false,
    ordersLimitedSeconds: 0,
    nameIsAstray: false,
    killedAt: undefined,
  };
  readonly served: ServedSpan[] = [];
  /** When the CA revoked a certificate, by its serial number. */
  readonly revokedAt: Map<string, number> = new Map();
  readonly #options: DrillWorldOptions;
  readonly #random: () => number;
  readonly #onEvent: (event: CertificateEvent) => void;
  #life: Life = { isAlive: false };
  /** Ends the sleep of the dead. */
  #grave = new AbortController();
  #manager: CertificateManager;

  constructor(options: DrillWorldOptions, onEvent: (event: CertificateEvent) => void) {
    const { lifetimeMs, seed, startAt } = options;
    this.#options = options;
    this.#onEvent = onEvent;
    this.#random = seededRandom(seed);
    this.clock = new SimulatedClock(startAt);
    this.ca = new AcmeServer({
      origin: "https://ca.test",
      now: () => this.clock.now(),
      random: seededRandom(seed + 1),
      behaviour: {
        ...defaultBehaviour(),
        profiles: { drill: { lifetimeMs, description: "as long as the drill wants it" } },
        renewalWindow: usualWindow,
        validate: () =>
          this.troubles.nameIsAstray
            ? { type: "urn:ietf:params:acme:error:unauthorized", detail: "another server answered" }
            : "valid",
      },
    });
    this.#manager = this.#newManager();
  }

  get manager(): CertificateManager {
    return this.#manager;
  }

  /** Orders that the CA has made. */
  get orders(): number {
    return this.ca.store.orders.size;
  }

  async start(): Promise<void> {
    await this.#manager.start();
  }

  /** The process dies at once, and a new one starts on what it left on the disk. */
  async restart(): Promise<void> {
    this.#kill();
    this.#grave.abort();
    this.storage.freeLeases();
    this.#manager = this.#newManager();
    await this.#manager.start();
  }

  async stop(): Promise<void> {
    await this.#manager[Symbol.asyncDispose]();
  }

  #kill(): void {
    if (!this.#life.isAlive) return;
    this.#life.isAlive = false;
    this.#grave = new AbortController();
    this.clock.sleep(Number.POSITIVE_INFINITY, this.#grave.signal).catch(() => undefined);
  }

  #newManager(): CertificateManager {
    const life: Life = { isAlive: true };
    const clock = this.#clockOf(life);
    this.#life = life;
    const manager = new CertificateManager({
      storage: this.storage,
      clock,
      names: this.#options.names,
      authorities: [this.#authority(clock, life)],
      responders: [BELIEVED],
      random: this.#random,
      observe: () => Promise.resolve(this.troubles.nameIsAstray ? "192.0.2.1" : "198.51.100.1"),
      activate: ({ chain: { serialNumber, notAfter } }) => {
        this.served.push({ serialNumber, from: this.clock.now(), notAfter });
      },
      tickMs: TICK_MS,
      shutdownGraceMs: 0,
    });
    manager.events.subscribe((event) => {
      if (life.isAlive) this.#onEvent(event);
    });
    return manager;
  }

  #clockOf(life: Life): Clock {
    return {
      now: () => this.clock.now(),
      sleep: async (ms, signal) => {
        await this.clock.sleep(ms, signal);
        if (!life.isAlive) await never();
      },
    };
  }

  #authority(clock: Clock, life: Life): CertificateAuthority {
    const directoryUrl = this.ca.urlOf("directory");
    const transport = this.#transportOf(life);
    return {
      directoryUrl,
      createClient: () => new AcmeClient({ directoryUrl, transport, clock }),
      terms: { agreeTos: true },
      limits: LETS_ENCRYPT_LIMITS,
    };
  }

  #transportOf(life: Life): AcmeTransport {
    return async (request) => {
      request.signal.throwIfAborted();
      const { endpoint } = AcmeServer.route(request.url);
      const { killedAt, caIsDown, ordersLimitedSeconds } = this.troubles;
      if (endpoint === killedAt) this.#kill();
      if (!life.isAlive) return await never();
      if (caIsDown) throw Object.assign(new Error("ECONNREFUSED"), { code: "ECONNREFUSED" });
      if (endpoint === "newOrder" && ordersLimitedSeconds > 0) {
        return this.ca.refuse(request, tooMany(ordersLimitedSeconds));
      }
      return this.ca.handle(request);
    };
  }
}

/**
 * As Let's Encrypt draws it: around two thirds of the life, or half of a life below ten days, and a
 * fiftieth of the life wide.
 */
export function usualWindow({ notBefore, notAfter }: IssuedCertificate): RenewalWindow {
  const lifeMs = notAfter - notBefore;
  const middle = notBefore + lifeMs * (lifeMs < 10 * DAY_MS ? 1 / 2 : 2 / 3);
  return { start: middle - lifeMs / 100, end: middle + lifeMs / 100 };
}

/** An answer that is always where the CA looks; whether the CA finds it is the world's affair. */
const BELIEVED: ChallengeResponder = {
  type: "http-01",
  canProve: () => true,
  place: () => Promise.resolve({ remove: () => Promise.resolve() }),
};

function tooMany(seconds: number): Refusal {
  return new Refusal(429, "rateLimited", "too many requests of yours", {
    retryAfter: `${seconds}`,
  });
}

function never(): Promise<never> {
  return new Promise(() => {});
}
