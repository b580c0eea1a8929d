import type { Visit } from "../limits/traffic-guard.ts";
import type { Observation } from "../observation.ts";
import type { AnswerHeaders, RequestHead } from "../request-head.ts";
import type { Site } from "../site.ts";

export type RequestPath = Pick<URL, "pathname">;

/** What stands before every answer, for the two ways that lead to one. */
export interface Door {
  /** Why the Host or the Origin is refused; undefined: they are not. */
  refuse(head: RequestHead, url: RequestPath & Pick<URL, "hostname">): Response | undefined;
  /** Counts the request; a response is the refusal. Undefined for what is not counted. */
  enter(head: RequestHead, url: RequestPath, peerAddress?: string): Visit | Response | undefined;
  /** What everybody sees; undefined when that depends on who asks. */
  readonly openSite: Site | undefined;
  /** What the caller sees, or the refusal. */
  admit(head: RequestHead, url: RequestPath, visit: Visit | undefined): Promise<Site | Response>;
  /** Adds what every answer carries. */
  finish(headers: AnswerHeaders, head: RequestHead, url: RequestPath): void;
  /** Begins to tell whoever watches of a request. */
  observe(head: RequestHead): Observation;
  /** Answers a request that has entered, and tells of it. */
  answer(request: Request, entered: Entered): Promise<Response>;
}

/** A request that has passed the door. */
export interface Entered {
  readonly visit: Visit | undefined;
  readonly observation: Observation;
  /** What {@link Door.admit} gave for it, when it was asked already. */
  readonly admitted?: Site | Response | undefined;
}
