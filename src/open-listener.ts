import type { AppListener, AppListenerOptions } from "./app-listener.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./lib/clock.ts";
import { type ListenerLimits, listenHttp } from "./net/http-listener.ts";
import { assignSockets } from "./net/inherited-sockets.ts";

/** Opens what the settings ask for. The keeper of certificates is loaded only where there is one. */
export async function openListener(
  config: Config,
  options: AppListenerOptions,
): Promise<AppListener> {
  const isAutomatic = config.tls === "auto" && config.domain.length > 0;
  if (config.tls === "local" || isAutomatic) {
    const { openSecureListener } = await import("./app-listener.ts");
    return openSecureListener(config, options);
  }
  const { host, port, publicUrl, proxyProtocol } = config;
  if (options.remote) {
    const { listener } = await options.remote.open();
    const { url } = listener;
    return { url: publicUrl ?? url, localUrl: url, close: () => listener.close() };
  }
  const { main: inheritedFd } = assignSockets(options.sockets ?? [], "http", false);
  const listening = {
    host,
    port,
    inheritedFd,
    proxyProtocol,
    limits: limitsOf(config),
    ...options,
  };
  const listener = await listenHttp({ ...listening, clock: systemClock });
  const { url } = listener;
  return {
    url: publicUrl ?? url,
    localUrl: url,
    drain: () => listener.drain(),
    close: () => listener.close(),
  };
}

/** All connections come from the proxy, where there is one: it is not one client. */
export function limitsOf({ trustProxy }: Config): Partial<ListenerLimits> {
  return trustProxy ? { maxConnectionsPerClient: Number.POSITIVE_INFINITY } : {};
}
