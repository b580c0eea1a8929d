/** A route's answer to each of the methods that it knows. `HEAD` is `GET` without its body. */
export type Route = Readonly<
  Record<string, (request: Request, url: URL) => Response | Promise<Response>>
>;

/** Routes by their exact path. */
export type RouteEntries = readonly (readonly [path: string, route: Route])[];
