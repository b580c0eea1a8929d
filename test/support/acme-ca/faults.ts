import { createPublicKey, X509Certificate } from "node:crypto";
import type { AcmeErrorName } from "../../../src/acme/problem.ts";
import type { AcmeResponse } from "../../../src/acme/transport.ts";
import {
  AcmeServer,
  type Endpoint,
  type ServerRequest,
} from "../../../src/certs/drill/ca/acme-server.ts";
import { generateEcKey } from "../../../src/certs/drill/ca/issuer.ts";
import { Refusal, type RefusalDetails } from "../../../src/certs/drill/ca/refusal.ts";

/** What a CA, or whatever stands between, can do to a request. */
export type Fault =
  /** The CA refuses. */
  | ({
      readonly kind: "problem";
      readonly status: number;
      readonly type: AcmeErrorName;
      readonly detail?: string;
    } & RefusalDetails)
  /** A page that is not ACME: a captive portal (200), a balancer (503), a redirect (302). */
  | {
      readonly kind: "page";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** No connection: the request never arrives. */
  | { readonly kind: "unreachable"; readonly code?: string }
  /** The request arrives and is obeyed; the reply does not come back. */
  | { readonly kind: "lost" }
  /** The connection stands and nothing comes; with `obeyed`, after the deed. */
  | { readonly kind: "hang"; readonly obeyed?: boolean }
  /** The reply's body ends early and the connection breaks. */
  | { readonly kind: "cut"; readonly bytes: number }
  /** The reply comes byte by byte, with this pause after each. */
  | { readonly kind: "drip"; readonly msPerByte: number }
  /** The reply comes after this long. */
  | { readonly kind: "late"; readonly ms: number }
  /** A header is another one, or none. */
  | { readonly kind: "header"; readonly name: string; readonly value: string | undefined }
  /** The body is another one. */
  | { readonly kind: "body"; readonly text: string }
  /** The JSON of the body is changed. */
  | { readonly kind: "json"; readonly change: (json: Record<string, unknown>) => unknown }
  /** The certificate that is downloaded is not what was ordered. */
  | { readonly kind: "certificate"; readonly flaw: CertificateFlaw };

export type CertificateFlaw =
  | "otherKey"
  | "otherNames"
  | "expired"
  | "notYetValid"
  | "corrupt"
  | "wrongIntermediate"
  | "empty";

export interface FaultRule {
  readonly on: Endpoint | readonly Endpoint[] | "any";
  readonly fault: Fault;
  /** How many requests pass before it begins. Default 0. */
  readonly skip?: number;
  /** How many requests it hits. Default 1; `Infinity` for all. */
  readonly times?: number;
}

/** How a reply reaches the client. */
export type Delivery =
  | { readonly kind: "whole"; readonly response: AcmeResponse }
  | { readonly kind: "cut"; readonly response: AcmeResponse; readonly bytes: number }
  | { readonly kind: "drip"; readonly response: AcmeResponse; readonly msPerByte: number }
  | { readonly kind: "late"; readonly response: AcmeResponse; readonly ms: number }
  | { readonly kind: "hang" }
  | { readonly kind: "broken"; readonly code: string };

/** The faults in force, in the order in which they were injected; the first that fits is used. */
export class FaultPlan {
  #rules: { readonly rule: FaultRule; skip: number; left: number }[] = [];

  add(rule: FaultRule): void {
    this.#rules.push({ rule, skip: rule.skip ?? 0, left: rule.times ?? 1 });
  }

  clear(): void {
    this.#rules = [];
  }

  next(endpoint: Endpoint | "unknown"): Fault | undefined {
    const fitting = this.#rules.find(
      ({ rule, left }) =>
        left > 0 && (rule.on === "any" || [rule.on].flat().some((one) => one === endpoint)),
    );
    if (!fitting) return undefined;
    if (fitting.skip > 0) {
      fitting.skip -= 1;
      return undefined;
    }
    fitting.left -= 1;
    return fitting.rule.fault;
  }
}

const PAGE = "<!doctype html><title>Welcome to Hotel Wi-Fi</title><p>Please log in.";

/** Lets the server do what it is asked, except for what the fault is. */
export function deliver(server: AcmeServer, request: ServerRequest, fault?: Fault): Delivery {
  if (!fault) return whole(server.handle(request));
  switch (fault.kind) {
    case "unreachable":
      return { kind: "broken", code: fault.code ?? "ECONNREFUSED" };
    case "hang":
      if (fault.obeyed) server.handle(request);
      return { kind: "hang" };
    case "page":
      return whole(page(fault.status, fault.headers));
    case "problem":
      return whole(server.refuse(request, refusalOf(fault)));
    case "lost":
      server.handle(request);
      return { kind: "broken", code: "ECONNRESET" };
    case "cut":
    case "drip":
    case "late":
      return { ...fault, response: server.handle(request) };
    case "header":
    case "body":
    case "json":
    case "certificate":
      break;
  }
  return whole(changed(server, request, fault));
}

function whole(response: AcmeResponse): Delivery {
  return { kind: "whole", response };
}

function page(status: number, headers: Readonly<Record<string, string>> = {}): AcmeResponse {
  const html = { "content-type": "text/html; charset=utf-8" };
  return { status, headers: { ...html, ...headers }, body: Buffer.from(PAGE) };
}

function refusalOf(fault: Extract<Fault, { kind: "problem" }>): Refusal {
  const { kind: _, status, type, detail = "injected", ...details } = fault;
  return new Refusal(status, type, detail, details);
}

function changed(
  server: AcmeServer,
  request: ServerRequest,
  fault: Extract<Fault, { kind: "header" | "body" | "json" | "certificate" }>,
): AcmeResponse {
  const response = server.handle(request);
  if (fault.kind === "header") {
    const { [fault.name]: _, ...rest } = response.headers;
    const headers = fault.value === undefined ? rest : { ...rest, [fault.name]: fault.value };
    return { ...response, headers };
  }
  if (fault.kind === "body") return { ...response, body: Buffer.from(fault.text) };
  if (fault.kind === "json") {
    const json = JSON.parse(Buffer.from(response.body).toString()) as Record<string, unknown>;
    return { ...response, body: Buffer.from(JSON.stringify(fault.change(json))) };
  }
  return { ...response, body: Buffer.from(flawed(server, request, response, fault.flaw)) };
}

const DAY_MS = 86_400_000;

function flawed(
  server: AcmeServer,
  request: ServerRequest,
  response: AcmeResponse,
  flaw: CertificateFlaw,
): string {
  const [id = ""] = AcmeServer.route(request.url).id.split("/");
  const good = server.store.certificates.get(id);
  if (!good) throw new Error("the certificate fault is for the certificate endpoint");
  const pem = Buffer.from(response.body).toString();
  const issue = (change: Partial<Parameters<typeof server.issuer.issue>[0]>): string =>
    server.issuer.issue({ ...good, ...change }) + pem.slice(good.leafPem.length);
  switch (flaw) {
    case "otherKey": {
      const publicKey = createPublicKey(generateEcKey());
      return issue({ publicKeyInfo: publicKey.export({ type: "spki", format: "der" }) });
    }
    case "otherNames":
      return issue({ names: ["other.example.org"] });
    case "expired":
      return issue({ notBefore: server.now() - 2 * DAY_MS, notAfter: server.now() - DAY_MS });
    case "notYetValid":
      return issue({ notBefore: server.now() + DAY_MS, notAfter: server.now() + 2 * DAY_MS });
    case "corrupt":
      return pem.replace(/^MII/m, "MXX");
    case "wrongIntermediate":
      return good.leafPem + new X509Certificate(server.issuer.otherRoot.pem).toString();
    case "empty":
      break;
  }
  return "";
}
