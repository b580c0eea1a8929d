import type { ListenAddress } from "./config/setting-types.ts";
import { createHostPolicy } from "./http/host-policy.ts";
import type { RequestObserver } from "./http/request-observer.ts";
import { textResponse } from "./http/responses.ts";
import type { Clock } from "./lib/clock.ts";
import { DocportError } from "./lib/errors.ts";
import type { MetricFacts } from "./metrics/metric-facts.ts";
import { listenHttp } from "./net/http-listener.ts";

export interface AppMetrics {
  readonly observer: RequestObserver;
  /** Where Prometheus reads them. */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = ["127.0.0.1", "::1", "localhost"];

/**
 * Answers `/metrics` at an address of its own, which is how it is kept off the public: who may reach
 * it is the owner's choice of address and firewall. Rejects with `ERR_LISTEN_*`.
 */
export async function startMetrics(
  address: ListenAddress,
  facts: MetricFacts,
  options: { readonly clock: Clock; readonly onError: (error: unknown) => void },
): Promise<AppMetrics> {
  const { createMetrics } = await import("./metrics/create-metrics.ts");
  const metrics = createMetrics(facts);
  // On loopback a foreign Host is a web page that has its name lead here (DNS rebinding). Elsewhere
  // scrapers use names that are not known here.
  const hosts = LOOPBACK.includes(address.host) ? createHostPolicy(address) : undefined;
  try {
    const listener = await listenHttp({
      ...address,
      ...options,
      handler: async (request) => {
        const { hostname, pathname } = new URL(request.url);
        if (hosts && !hosts.allowsHost(hostname)) return textResponse(403, "Not under that Host.");
        if (pathname !== "/metrics") return textResponse(404, "There is only /metrics.");
        if (request.method !== "GET") return textResponse(405, "Use GET.", { allow: "GET" });
        return new Response(await metrics.text(), {
          headers: { "content-type": metrics.contentType, "cache-control": "no-store" },
        });
      },
    });
    return {
      observer: metrics,
      url: `${listener.url}/metrics`,
      async close() {
        await listener.close({ graceMs: 0 });
        metrics[Symbol.dispose]();
      },
    };
  } catch (error) {
    throw error instanceof DocportError ? aboutMetrics(error) : error;
  }
}

function aboutMetrics({ code, message, hint, cause }: DocportError): DocportError {
  return new DocportError(code, `${message} for --metrics`, {
    cause,
    ...(hint !== undefined && { hint: hint.replaceAll(/--(port|host)\b/g, "--metrics") }),
  });
}
