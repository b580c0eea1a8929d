import type { Visit } from "./limits/traffic-guard.ts";

/** `visit` is where a route says what the request holds; absent where nothing is counted. */
type Answer = (request: Request, url: URL, visit?: Visit) => Response | Promise<Response>;

/** A route's answer to each of the methods that it knows. `HEAD` is `GET` without its body. */
export type Route = Readonly<Record<string, Answer>>;

/** Routes by their exact path. */
export type RouteEntries = readonly (readonly [path: string, route: Route])[];
