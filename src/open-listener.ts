import type { AppListener, AppListenerOptions } from "./app-listener.ts";
import type { Config } from "./config.ts";
import { systemClock } from "./lib/clock.ts";
import { type ListenerLimits, listenHttp } from "./net/http-listener.ts";

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
  const { host, port, publicUrl } = config;
  const limits = limitsOf(config);
  const listener = await listenHttp({ host, port, limits, ...options, clock: systemClock });
  const { url } = listener;
  return { url: publicUrl ?? url, localUrl: url, close: () => listener.close() };
}

/** All connections come from the proxy, where there is one: it is not one client. */
export function limitsOf({ trustProxy }: Config): Partial<ListenerLimits> {
  return trustProxy ? { maxConnectionsPerClient: Number.POSITIVE_INFINITY } : {};
}
