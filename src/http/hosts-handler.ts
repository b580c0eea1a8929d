import type { HttpHandler } from "./http-options.ts";
import { lastOf } from "./public-base.ts";

export interface HostsHandlerOptions {
  /** Answers under every other name. */
  readonly main: HttpHandler;
  /** By host name, lower case. */
  readonly byHost: ReadonlyMap<string, HttpHandler>;
  /** A proxy says in X-Forwarded-Host which name was asked for. */
  readonly trustForwardedHost: boolean;
}

/** Answers each request with the handler of the host name that it was sent to. */
export function createHostsHandler(options: HostsHandlerOptions): HttpHandler {
  const { main, byHost, trustForwardedHost } = options;
  const all = [main, ...byHost.values()];
  const handlerOf = (host: string, forwardedHost: string): HttpHandler => {
    const forwarded = trustForwardedHost ? byHost.get(nameOf(forwardedHost)) : undefined;
    return forwarded ?? byHost.get(nameOf(host)) ?? main;
  };
  const close = async (): Promise<void> => {
    await Promise.all(all.map((handler) => handler.close()));
  };
  return {
    fetch(request, peerAddress) {
      const forwarded = lastOf(request.headers.get("x-forwarded-host"));
      return handlerOf(new URL(request.url).hostname, forwarded).fetch(request, peerAddress);
    },
    direct(incoming, outgoing, pass) {
      const { host = "", "x-forwarded-host": given } = incoming.headers;
      const forwarded = lastOf(typeof given === "string" ? given : null);
      handlerOf(host, forwarded).direct(incoming, outgoing, pass);
    },
    load: () => main.load(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A host name without its port and the dot of the root. */
function nameOf(host: string): string {
  return host.replace(/\.?(:\d{1,5})?$/, "").toLowerCase();
}
