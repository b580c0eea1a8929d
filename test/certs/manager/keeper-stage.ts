import type { ChallengeType } from "../../../src/acme/challenge.ts";
import { AcmeClient } from "../../../src/acme/client.ts";
import type { AcmeTransport } from "../../../src/acme/transport.ts";
import type { ChallengeResponder } from "../../../src/certs/challenges/challenge-responder.ts";
import { HttpChallenges } from "../../../src/certs/challenges/http-challenges.ts";
import { httpResponder } from "../../../src/certs/challenges/local-responders.ts";
import { seededRandom } from "../../../src/certs/drill/seeded-random.ts";
import { readPair } from "../../../src/certs/generations/certificate-pair.ts";
import type { CertificateAuthority } from "../../../src/certs/issuance/certificate-authority.ts";
import type { PublishedLimits } from "../../../src/certs/ledger/rate-limits.ts";
import type { CertificateEvent } from "../../../src/certs/manager/certificate-events.ts";
import { CertificateManager } from "../../../src/certs/manager/certificate-manager.ts";
import type { CertificateManagerOptions } from "../../../src/certs/manager/certificate-options.ts";
import { MemoryStorage } from "../../../src/certs/memory-storage.ts";
import { loadText, type Storage } from "../../../src/certs/storage.ts";
import {
  type AcmeCa,
  type AcmeCaOptions,
  createAcmeCa,
} from "../../support/acme-ca/create-acme-ca.ts";
import { FakeClock } from "../../support/fake-clock.ts";

export const NAME = "docs.example.com";
export const HOUR = 3_600_000;
export const DAY: number = 24 * HOUR;

/** Before the error types of RFC 8555 §6.7. */
export const URN = "urn:ietf:params:acme:error:";

export interface StageOptions extends Partial<CertificateManagerOptions> {
  readonly ca?: Partial<AcmeCaOptions>;
  readonly limits?: PublishedLimits;
  /** Whether there is a second CA, {@link KeeperStage.fallback}. */
  readonly hasFallback?: boolean;
}

/** A manager, a CA that looks whether the challenge is answered, and a clock that moves as told. */
export class KeeperStage {
  readonly clock: FakeClock;
  readonly ca: AcmeCa;
  readonly fallback: AcmeCa;
  readonly events: CertificateEvent[] = [];
  /** Leaves of the certificates that were activated, in order. */
  readonly served: string[] = [];
  readonly http: HttpChallenges = new HttpChallenges();
  readonly #options: StageOptions;
  /** What the next manager has for a disk and a network. */
  storage: Storage;
  transport: (inner: AcmeTransport) => AcmeTransport = (inner) => inner;
  manager: CertificateManager;

  constructor(options: StageOptions = {}, clock: FakeClock = new FakeClock()) {
    this.clock = clock;
    this.#options = options;
    this.ca = createAcmeCa({
      clock,
      ...options.ca,
      behaviour: {
        validate: ({ token, keyAuthorization }) =>
          this.http.answer(`/.well-known/acme-challenge/${token}`) === keyAuthorization
            ? "valid"
            : { type: `${URN}unauthorized`, detail: "no such answer" },
        ...options.ca?.behaviour,
      },
    });
    this.fallback = createAcmeCa({ clock, origin: "https://second.test" });
    this.storage = options.storage ?? new MemoryStorage();
    this.manager = this.newManager();
  }

  /** The CA as the manager knows it. */
  authority(ca: AcmeCa = this.ca): CertificateAuthority {
    const { clock } = this;
    const transport = this.transport(ca.transport);
    return {
      directoryUrl: ca.directoryUrl,
      createClient: () => new AcmeClient({ directoryUrl: ca.directoryUrl, transport, clock }),
      terms: { agreeTos: true },
      ...(this.#options.limits && { limits: this.#options.limits }),
    };
  }

  newManager(): CertificateManager {
    const { ca: _, limits: __, hasFallback, ...options } = this.#options;
    const others = hasFallback ? [this.authority(this.fallback)] : [];
    const manager = new CertificateManager({
      clock: this.clock,
      names: [NAME],
      authorities: [this.authority(), ...others],
      responders: [httpResponder(this.http, { clock: this.clock })],
      random: seededRandom(7),
      activate: ({ chain }) => void this.served.push(chain.serialNumber),
      shutdownGraceMs: 0,
      ...options,
      storage: this.storage,
    });
    manager.events.subscribe((event) => {
      // One that was killed and left behind has nothing to say any more.
      if (this.manager === manager) this.events.push(event);
    });
    return manager;
  }

  /** A new process on what the old one left, which was not told to stop. */
  async restart(): Promise<void> {
    if (this.storage instanceof MemoryStorage) this.storage = new MemoryStorage(this.storage);
    this.manager = this.newManager();
    await this.manager.start();
  }

  async start(): Promise<this> {
    await this.manager.start();
    await this.settle();
    return this;
  }

  /** Lets `ms` pass, each tick and each wait at its own instant. */
  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    await this.idle();
  }

  /** Lets nearly all of `ms` pass at a leap, as a machine that was suspended, and the last hour as usual. */
  async skip(ms: number): Promise<void> {
    await this.idle();
    this.clock.jump(this.clock.now() + ms - HOUR);
    await this.pass(HOUR);
  }

  /** Lets an attempt that has begun come to its end: until the next wake is far. */
  async settle(): Promise<void> {
    for (;;) {
      await this.idle();
      const next = this.clock.nextWakeAt ?? Number.POSITIVE_INFINITY;
      if (next - this.clock.now() > 50_000) return;
      await this.clock.pass(Math.max(0, next - this.clock.now()));
    }
  }

  /** Keys are made in the background: as long as nobody sleeps, somebody works. */
  async idle(): Promise<void> {
    do await new Promise<void>((resolve) => setImmediate(resolve));
    while (this.clock.sleeping === 0);
  }

  count(request: string): number {
    return this.ca.requests.filter((one) => one === request).length;
  }

  ofType<T extends CertificateEvent["type"]>(type: T): Extract<CertificateEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<CertificateEvent, { type: T }> => event.type === type,
    );
  }

  /** What anybody else's server would read at the visible names; undefined when it is no pair. */
  async visibleSerial(): Promise<string | undefined> {
    const cert = (await loadText(this.storage, `${NAME}.cert.pem`)) ?? "";
    const key = (await loadText(this.storage, `${NAME}.key.pem`)) ?? "";
    return readPair(cert, key).pair?.chain.serialNumber;
  }

  async dispose(): Promise<void> {
    await this.manager[Symbol.asyncDispose]();
  }
}

/** Answers any challenge of this type; for tests where the CA believes everything. */
export function trustedResponder(type: ChallengeType): ChallengeResponder {
  return {
    type,
    canProve: () => true,
    place: () => Promise.resolve({ remove: () => Promise.resolve() }),
  };
}
