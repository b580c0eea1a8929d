import { verifyAccessToken } from "./auth/access-token.ts";
import { type AccessViews, createAccessViews, ruleScopes, scopeSet } from "./auth/access-views.ts";
import { KeyStore } from "./auth/key-store.ts";
import { ProviderKeys } from "./auth/provider-keys.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import { CatalogView } from "./catalog-view.ts";
import { type AccessSettings, isPrivate } from "./config/access-settings.ts";
import {
  type AccessGate,
  createAccessGate,
  type HttpView,
  type OAuthOptions,
} from "./http/auth/access-gate.ts";
import { resourceIdentifiers } from "./http/auth/protected-resource.ts";
import type { Clock } from "./lib/clock.ts";
import { messageOf } from "./lib/errors.ts";
import type { Log } from "./lib/log.ts";
import { createDirectAnswers } from "./mcp/direct/direct-answers.ts";
import { createLazyServerFactory } from "./mcp/lazy-server-factory.ts";
import type { McpOptions } from "./mcp/mcp-options.ts";
import type { MergeSegments } from "./search/merge-segments.ts";

export interface AccessOptions {
  readonly version: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
  readonly onUnanswered?: McpOptions["onUnanswered"];
  readonly status?: McpOptions["status"];
}

/** Private documentation, as it is seen by each caller. */
export interface PreparedAccess {
  /**
   * Indexes what each caller sees of a catalog, most of it by `merge`. Rejects with a `DocportError`
   * `ERR_ACCESS_RULE` when a rule protects nothing.
   */
  viewsOf(catalog: IndexedCatalog, merge?: MergeSegments): Promise<AccessViews>;
  /** Has it served, and tells clients. */
  show(next: AccessViews): void;
  /** Makes the gate, for the origin of this server as the configuration has it. */
  createGate(publicUrl: string): AccessGate;
}

/** Undefined when the settings make everything public. */
export function createAccess(
  settings: AccessSettings,
  options: AccessOptions,
): PreparedAccess | undefined {
  const { access: rules } = settings;
  if (!isPrivate(settings)) return undefined;
  const count = 1 << ruleScopes(rules).length;
  const views = Array.from({ length: count }, () => new CatalogView());
  const empty = new CatalogView();
  return {
    viewsOf: (catalog, merge) =>
      createAccessViews(catalog, rules, {
        merge,
        shown: views.flatMap(({ shown }) => shown ?? []),
      }),
    show(next) {
      for (const [number, view] of views.entries()) {
        view.showChanged(next.catalogs[number] ?? next.empty);
      }
      empty.showChanged(next.empty);
    },
    createGate: (publicUrl) => createGate({ views, empty }, settings, { ...options, publicUrl }),
  };
}

interface GateOptions extends AccessOptions {
  readonly publicUrl: string;
}

interface Views {
  /** By the number of a set of scopes. */
  readonly views: readonly CatalogView[];
  readonly empty: CatalogView;
}

function createGate(
  { views: shown, empty }: Views,
  settings: AccessSettings,
  options: GateOptions,
): AccessGate {
  const { keysFile: path, oauthIssuer, access: rules, allowAnonymous } = settings;
  const { version, publicUrl, clock, log, onUnanswered, status } = options;
  const viewOf = ({ catalog, events }: CatalogView): HttpView => {
    const parts = {
      catalog,
      version,
      publicUrl,
      tellsChanges: true,
      onUnanswered,
      status,
      cacheScope: "private",
    } as const;
    return {
      catalog,
      createServer: createLazyServerFactory(parts),
      direct: createDirectAnswers(parts),
      events,
    };
  };
  const views = shown.map(viewOf);
  const open = allowAnonymous ? (views[0] ?? viewOf(empty)) : viewOf(empty);

  const onError = (error: unknown): void =>
    log("warn", "access.failed", { message: messageOf(error) });
  const keys = path === undefined ? undefined : new KeyStore({ path, clock, onError });
  return createAccessGate({
    open,
    views,
    viewFor: (scopes) => views[scopeSet(rules, scopes)] ?? open,
    allowAnonymous,
    findKey: keys && ((key) => keys.find(key)),
    oauth:
      oauthIssuer === undefined
        ? undefined
        : createOAuth(
            oauthIssuer,
            settings,
            { ...options, title: () => empty.catalog().facts.title },
            onError,
          ),
  });
}

function createOAuth(
  issuer: string,
  { access: rules, oauthAudience, oauthScope }: AccessSettings,
  { title, publicUrl, fetch, clock }: GateOptions & { readonly title: () => string },
  onError: (error: unknown) => void,
): OAuthOptions {
  const keys = new ProviderKeys({ issuer, fetch, clock, onError });
  // So that the first caller does not wait, and a wrong issuer is in the log at the start.
  void keys.refresh();
  const audiences = oauthAudience.length > 0 ? oauthAudience : resourceIdentifiers(publicUrl);
  const required = oauthScope === undefined ? [] : [oauthScope];
  return {
    publicUrl,
    issuer,
    scopes: [...new Set([...required, ...ruleScopes(rules)])],
    name: title,
    requiredScope: oauthScope,
    verify: (token) => verifyAccessToken(token, { issuer, audiences, keys, clock }),
  };
}
