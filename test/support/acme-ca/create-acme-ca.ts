import type { AcmeTransport } from "../../../src/acme/transport.ts";
import { AcmeServer, type ServerRequest } from "../../../src/certs/drill/ca/acme-server.ts";
import { type CaBehaviour, defaultBehaviour } from "../../../src/certs/drill/ca/ca-behaviour.ts";
import type { IssuedCertificate } from "../../../src/certs/drill/ca/ca-store.ts";
import { seededRandom } from "../../../src/certs/drill/seeded-random.ts";
import type { Clock } from "../../../src/lib/clock.ts";
import { type Delivery, deliver, FaultPlan, type FaultRule } from "./faults.ts";

export interface AcmeCaOptions {
  readonly clock: Clock;
  /** From 0 to 1. Default: a seeded sequence, the same in every run. */
  readonly random?: () => number;
  readonly behaviour?: Partial<CaBehaviour>;
  /** Default "https://ca.test". */
  readonly origin?: string;
}

/** A CA in this process that can be made to do anything a CA or a network can. */
export interface AcmeCa {
  readonly directoryUrl: string;
  /** Reaches the CA without sockets. */
  readonly transport: AcmeTransport;
  /** Every request that reached the network, "POST newOrder", in order. */
  readonly requests: readonly string[];
  /** Every certificate that was issued, downloaded or not, in order. */
  readonly issued: readonly IssuedCertificate[];
  /** What it does where the RFCs leave a choice; may be changed at any time. */
  readonly behaviour: CaBehaviour;
  readonly server: AcmeServer;
  /** PEM of the root that its certificates end at. */
  readonly rootPem: string;
  inject(rule: FaultRule): void;
  clearFaults(): void;
  /** What becomes of one request: for a listener on real sockets. */
  play(request: ServerRequest): Delivery;
}

/**
 * By default it does as Let's Encrypt does: reuses open orders, lists none, has three profiles and
 * renewal information; unlike it, it validates at once and finds everything in order.
 */
export function createAcmeCa(options: AcmeCaOptions): AcmeCa {
  const { clock, origin = "https://ca.test" } = options;
  const behaviour = { ...defaultBehaviour(), ...options.behaviour };
  const random = options.random ?? seededRandom(1);
  const server = new AcmeServer({ origin, now: () => clock.now(), random, behaviour });
  const faults = new FaultPlan();
  const requests: string[] = [];
  const play = (request: ServerRequest): Delivery => {
    const { endpoint } = AcmeServer.route(request.url);
    requests.push(`${request.method} ${endpoint}`);
    return deliver(server, request, faults.next(endpoint));
  };
  return {
    get directoryUrl() {
      return server.urlOf("directory");
    },
    transport: memoryTransport(clock, play),
    requests,
    get issued() {
      return [...server.store.certificates.values()];
    },
    behaviour,
    server,
    rootPem: server.issuer.root.pem,
    inject: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    play,
  };
}

function memoryTransport(clock: Clock, play: (request: ServerRequest) => Delivery): AcmeTransport {
  return async (request) => {
    request.signal.throwIfAborted();
    const delivery = play(request);
    switch (delivery.kind) {
      case "whole":
        return delivery.response;
      case "late":
        await clock.sleep(delivery.ms, request.signal);
        return delivery.response;
      case "drip":
        await clock.sleep(delivery.msPerByte * delivery.response.body.length, request.signal);
        return delivery.response;
      case "cut":
        throw systemError("ECONNRESET", "aborted");
      case "broken":
        throw systemError(delivery.code, delivery.code);
      case "hang":
        break;
    }
    return new Promise((_, reject) => {
      request.signal.addEventListener("abort", () => reject(request.signal.reason as Error));
    });
  };
}

function systemError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
