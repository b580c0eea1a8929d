import { DocportError } from "../lib/errors.ts";
import { JsonFields } from "./json-fields.ts";
import { AcmeProblem, readProblemDocument } from "./problem.ts";

/** A reply of the CA with the headers that ACME gives a meaning to. */
export interface AcmeReply {
  readonly url: string;
  /** What was asked, for messages: "newOrder". */
  readonly action: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly location: string | undefined;
  readonly nonce: string | undefined;
  readonly retryAfterMs: number | undefined;
  /** Targets of the Link headers of one relation, resolved; for example "alternate". */
  links(relation: string): readonly string[];
}

const JSON_TYPES: readonly string[] = ["application/json", "application/problem+json"];

/** The JSON object of a reply that must have one. ERR_ACME_PROTOCOL when it has something else. */
export function jsonOf(reply: AcmeReply, place: string): JsonFields {
  if (!JSON_TYPES.includes(reply.contentType)) throw notAcme(reply);
  return JsonFields.parse(reply.body, place);
}

/** What to throw for a reply whose status is not 2xx. `now` is our clock (epoch ms). */
export function errorOf(reply: AcmeReply, now: number): DocportError {
  const context = { action: reply.action, retryAfterMs: reply.retryAfterMs, now };
  if (reply.status >= 400 && JSON_TYPES.includes(reply.contentType)) {
    const document: unknown = parsedOrUndefined(reply.body);
    return new AcmeProblem(readProblemDocument(document, reply.status), context);
  }
  // What stands before the CA answers for it with pages of its own when it is down or overrun.
  if (reply.status >= 500 || reply.status === 429) {
    return new AcmeProblem(readProblemDocument(undefined, reply.status), context);
  }
  return notAcme(reply);
}

function parsedOrUndefined(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** A captive portal, a proxy's page, a redirect, or a server that is no ACME server. */
export function notAcme(reply: AcmeReply): DocportError {
  const what = reply.location === undefined ? reply.contentType || "nothing" : "a redirect";
  return new DocportError(
    "ERR_ACME_PROTOCOL",
    `The reply to ${reply.action} is not from an ACME server: ${reply.status} with ${what} from ${new URL(reply.url).host}`,
    {
      hint: "Check the directory URL, and that no captive portal or proxy answers in the CA's place.",
    },
  );
}

/** Link header (RFC 8288 §3): targets whose `rel` has the relation, against the reply's URL. */
export function linksOf(header: string | undefined, relation: string, base: string): string[] {
  if (header === undefined) return [];
  const links = header.slice(0, 16_384).matchAll(/<([^<>]{1,2048})>([^<]{0,1024})/g);
  return [...links].flatMap(([, target = "", parameters = ""]) => {
    const rel = /;\s{0,8}rel\s{0,8}=\s{0,8}(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? "").toLowerCase().split(/\s+/);
    return relations.includes(relation) && URL.canParse(target, base)
      ? [new URL(target, base).href]
      : [];
  });
}
