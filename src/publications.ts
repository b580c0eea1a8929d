import type { AccessOptions, PreparedAccess } from "./access.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { LOCAL_NAMES } from "./certs/local-names.ts";
import { isPrivate } from "./config/access-settings.ts";
import { type CorpusHost, corpusHostsOf } from "./config/source-list.ts";
import type { Config } from "./config.ts";
import type { HttpHandler, HttpHandlerOptions } from "./http/http-options.ts";
import type { TrafficGuard } from "./http/limits/traffic-guard.ts";
import type { UsagePeers } from "./lib/client-usage.ts";
import { Publication } from "./publication.ts";
import type { MergeSegments } from "./search/merge-segments.ts";

/** What differs between one server and another, besides its settings. */
export type HandlerParts = Pick<
  HttpHandlerOptions,
  | "refresh"
  | "certificateLine"
  | "health"
  | "unreadyBecause"
  | "readyThough"
  | "sseRelay"
  | "observer"
  | "onError"
> & {
  /** Other processes that count the same clients, until `signal` is aborted. Default: none. */
  readonly usagePeers?: UsagePeers | undefined;
  readonly signal: AbortSignal;
};

/** The documentation under every name that it is served under. */
export interface Publications {
  /**
   * Indexes what is seen of the next catalog under each name, most of it by `merge`; what it gives
   * has that served. Rejects with a `DocportError` `ERR_ACCESS_RULE` when an access rule protects
   * nothing.
   */
  prepare(next: IndexedCatalog, merge?: MergeSegments): Promise<() => void>;
  /** Answers at the public URL of all, and under the names of single documentations. */
  createHandler(publicUrl: string, parts: HandlerParts): Promise<HttpHandler>;
  /** Where single documentations are served, when the public URL of all is this one. */
  urlsOf(publicUrl: string): readonly CorpusUrl[];
}

/** Where one of several documentations is served alone. */
export interface CorpusUrl {
  readonly corpus: string;
  /** Origin. */
  readonly url: string;
}

/** What the settings have served under which name. What guards private pages is loaded if there are any. */
export async function createPublications(
  config: Config,
  options: AccessOptions,
): Promise<Publications> {
  const { createAccess } = isPrivate(config) ? await import("./access.ts") : {};
  const { version, onUnanswered, status } = options;
  const publish = (access: PreparedAccess | undefined, corpus?: CorpusHost): Publication =>
    new Publication({ version, onUnanswered, status, access, corpus });
  const access = createAccess?.(config, options);
  const main = publish(access);
  const hosts = corpusHostsOf(config.sources);
  const single = hosts.map((host) => ({
    host,
    publication: publish(createAccess?.(config, options), host),
  }));

  return {
    async prepare(next, merge) {
      const views = await access?.viewsOf(next, merge);
      const shows: (() => void)[] = [];
      for (const publication of [main, ...single.map((one) => one.publication)]) {
        shows.push(await publication.prepare(next, views, merge));
      }
      return () => {
        for (const show of shows) show();
      };
    },

    async createHandler(publicUrl, { usagePeers, signal, ...parts }) {
      const made = await handlerOptions(config, options);
      const common = { ...made, ...parts };
      if (usagePeers) {
        const { shareUsage } = await import("./http/limits/share-usage.ts");
        void shareUsage(made.guard.usage, usagePeers, { clock: options.clock, signal });
      }
      const { registryName } = config;
      const handler = await main.createHandler(publicUrl, { ...common, registryName });
      if (single.length === 0) return handler;
      const { createHostsHandler } = await import("./http/hosts-handler.ts");
      const byHost = new Map<string, HttpHandler>();
      for (const { host, publication } of single) {
        const url = originUnder(publicUrl, host.domain);
        byHost.set(host.domain, await publication.createHandler(url, common));
      }
      const { trustProxy: trustForwardedHost } = config;
      return createHostsHandler({ main: handler, byHost, trustForwardedHost });
    },

    urlsOf: (publicUrl) => corpusUrlsUnder(config, publicUrl),
  };
}

/** See {@link Publications.urlsOf}. */
export function corpusUrlsUnder({ sources }: Config, publicUrl: string): readonly CorpusUrl[] {
  return corpusHostsOf(sources).map(({ corpus, domain }) => ({
    corpus,
    url: originUnder(publicUrl, domain),
  }));
}

async function handlerOptions(
  config: Config,
  { clock }: AccessOptions,
): Promise<
  Omit<HttpHandlerOptions, "catalog" | "createServer"> & { readonly guard: TrafficGuard }
> {
  const { createHostPolicy } = await import("./http/host-policy.ts");
  const { createTrafficGuard } = await import("./http/limits/traffic-guard.ts");
  const { DEFAULT_HTTP_LIMITS } = await import("./http/http-options.ts");
  const { requestsPerMinute, maxInFlight, trustProxy } = config;
  const limits = { ...DEFAULT_HTTP_LIMITS, requestsPerMinute, maxInFlight };
  return {
    limits,
    // One for all names: who asks under two of them has not twice the room.
    guard: createTrafficGuard(limits, clock),
    clock,
    trustForwardedHost: trustProxy && config.publicUrl === undefined,
    trustForwardedFor: trustProxy,
    registryProof: config.registryProof,
    openaiChallenge: config.openaiChallenge,
    hosts: createHostPolicy({
      host: config.host,
      publicHosts: publicHosts(config),
      allowedOrigins: config.allowedOrigins,
    }),
  };
}

function publicHosts({ publicUrl, domain, tls }: Config): string[] {
  return [
    ...(tls === "local" ? LOCAL_NAMES : domain),
    ...(publicUrl === undefined ? [] : [new URL(publicUrl).hostname]),
  ];
}

/** The same scheme and port under another name. */
function originUnder(publicUrl: string, domain: string): string {
  const url = new URL(publicUrl);
  url.hostname = domain;
  return url.origin;
}
