import type { Visit } from "./limits/traffic-guard.ts";
import type { RequestNotes } from "./request-notes.ts";

/** What is known of the request beside it. */
export interface RouteContext {
  /** Where a route says what the request holds; absent where nothing is counted. */
  readonly visit: Visit | undefined;
  /** Where it says what the request asks for, for those who watch. */
  readonly notes: RequestNotes;
}

type Answer = (request: Request, url: URL, context: RouteContext) => Response | Promise<Response>;

/** A route's answer to each of the methods that it knows. `HEAD` is `GET` without its body. */
export type Route = Readonly<Record<string, Answer>>;

/** Routes by their exact path. */
export type RouteEntries = readonly (readonly [path: string, route: Route])[];
