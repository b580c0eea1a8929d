import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { DirectAnswer, DirectAnswers } from "../../mcp/direct/direct-answers.ts";
import type { DirectRequest } from "../../mcp/direct/read-request.ts";
import type { HttpLimits } from "../http-options.ts";
import { isVisit, type Visit } from "../limits/traffic-guard.ts";
import { workIn } from "../limits/work-in.ts";
import { excessOf } from "../read-json-body.ts";
import type { Site } from "../site.ts";
import { createAnswerHeads } from "./answer-heads.ts";
import type { Door } from "./door.ts";
import { hasDistinctHeaders, NodeHead } from "./node-head.ts";
import { readBody } from "./read-body.ts";

/** What is left of a request that is to be answered as a web `Request`. */
export interface Remainder {
  /** The whole body, when it has been read. */
  readonly body?: Uint8Array;
  /** Answers in place of the usual handler. */
  readonly handler: (request: Request) => Response | Promise<Response>;
}

/** Gives a request back. */
export type Pass = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  remainder?: Remainder,
) => void;

/** Answers a request as Node gives it, or passes it on: one of the two, once. */
export type FastEndpoint = (
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  pass: Pass,
) => void;

interface Work {
  readonly value: unknown;
  readonly request: DirectRequest;
  readonly answers: DirectAnswers;
}

const PATHS: ReadonlySet<string | undefined> = new Set(["/mcp", "/sse"]);
const JSON_TYPES: ReadonlySet<string | undefined> = new Set([
  "application/json",
  "application/json; charset=utf-8",
  "application/json;charset=utf-8",
]);

/**
 * `POST /mcp` without web objects, for the requests that are nearly all of them. The checks are
 * those of the web path, through the same {@link Door}; whatever they do not clearly let through,
 * and whatever is not a plain request with a plain answer, goes that way and is answered there.
 */
export function createFastEndpoint(door: Door, limits: HttpLimits): FastEndpoint {
  const heads = createAnswerHeads(door);

  /** The request in a body, or undefined when the web path has to look at it. */
  function requestIn(incoming: IncomingMessage, body: Buffer, site: Site): Work | undefined {
    if (!site.direct || !isUtf8(body)) return undefined;
    const text = body.toString();
    if (excessOf(text, limits) !== undefined) return undefined;
    const { headers } = incoming;
    const value: unknown = JSON.parse(text);
    const request = site.direct.read(value, {
      version: oneOf(headers["mcp-protocol-version"]),
      method: oneOf(headers["mcp-method"]),
      name: oneOf(headers["mcp-name"]),
    });
    return request && { value, request, answers: site.direct };
  }

  function write(incoming: IncomingMessage, outgoing: ServerResponse, answer: DirectAnswer): void {
    if (outgoing.destroyed) return;
    const { era, start, result, end } = answer;
    const length = Buffer.byteLength(start) + result.byteLength + Buffer.byteLength(end);
    outgoing.writeHead(200, [...heads.headOf(incoming, era), "content-length", String(length)]);
    // Node gathers the three and the head into one write to the socket.
    outgoing.write(start);
    outgoing.write(result);
    outgoing.end(end);
  }

  return function handle(incoming, outgoing, pass) {
    if (!isPlain(incoming, limits.maxBodyBytes) || !heads.isWelcome(incoming)) {
      pass(incoming, outgoing);
      return;
    }
    const head = new NodeHead(incoming);
    const url = { pathname: incoming.url ?? "/" };
    const observation = door.observe(head);
    const visit = door.enter(head, url, incoming.socket.remoteAddress);
    if (visit && !isVisit(visit)) {
      observation.end(visit.status);
      pass(incoming, outgoing, { handler: () => visit });
    } else if (door.openSite) serve(door.openSite, visit);
    else {
      door.admit(head, url, visit).then(
        (admitted) => {
          if (admitted instanceof Response) giveBack(visit, admitted);
          else serve(admitted, visit);
        },
        () => giveBack(visit),
      );
    }

    function giveBack(entered: Visit | undefined, admitted?: Site | Response, body?: Buffer): void {
      pass(incoming, outgoing, {
        ...(body && { body }),
        handler: (request) => door.answer(request, { visit: entered, observation, admitted }),
      });
    }

    function serve(site: Site, entered: Visit | undefined): void {
      readBody(incoming, Number(incoming.headers["content-length"]), {
        whole: (body) => answerWhole(body, site, entered),
        inPieces: () => giveBack(entered, site),
        gone: () => entered?.end(),
      });
    }

    function answerWhole(body: Buffer, site: Site, entered: Visit | undefined): void {
      const settle = (answer: DirectAnswer | undefined): void => {
        if (!answer) return giveBack(entered, site, body);
        entered?.end();
        write(incoming, outgoing, answer);
        observation.notes.route = url.pathname;
        observation.end(200);
      };
      const fail = (): void => giveBack(entered, site, body);
      let answer: ReturnType<DirectAnswers["answer"]>;
      try {
        const work = requestIn(incoming, body, site);
        if (work) observation.notes.readMessages(work.value);
        const refusal = work && entered?.holds(workIn(work.value));
        if (refusal) return giveBack(entered, refusal, body);
        answer = work?.answers.answer(work.request);
      } catch {
        // JSON that is none, or a tool that failed: the web path meets it too, and says so.
        return fail();
      }
      if (answer instanceof Promise) answer.then(settle, fail);
      else settle(answer);
    }
  };
}

/** Whether it is a POST of JSON of a known size to one of our paths, with each header once. */
function isPlain(incoming: IncomingMessage, maxBytes: number): boolean {
  const { method, url, headers } = incoming;
  if (method !== "POST" || !PATHS.has(url) || !JSON_TYPES.has(headers["content-type"]))
    return false;
  const size = Number(headers["content-length"] ?? Number.NaN);
  if (!(size > 0 && size <= maxBytes) || headers["transfer-encoding"] !== undefined) return false;
  return hasDistinctHeaders(incoming);
}

function oneOf(value: string | string[] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}
