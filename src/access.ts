import { verifyAccessToken } from "./auth/access-token.ts";
import { type AccessViews, createAccessViews, ruleScopes, scopeSet } from "./auth/access-views.ts";
import { KeyStore } from "./auth/key-store.ts";
import { ProviderKeys } from "./auth/provider-keys.ts";
import type { Catalog } from "./catalog/catalog.ts";
import type { IndexedCatalog } from "./catalog/open-catalog.ts";
import type { AccessSettings } from "./config/access-settings.ts";
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
import { createMcpServerFactory } from "./mcp/create-mcp-server.ts";

export interface AccessOptions {
  readonly catalog: IndexedCatalog;
  readonly version: string;
  readonly fetch: typeof fetch;
  readonly clock: Clock;
  readonly log: Log;
}

/** Makes the gate, for the origin of this server as the configuration has it. */
export type AccessGateFactory = (publicUrl: string) => AccessGate;

/**
 * Prepares the gate of private documentation: what each caller sees is indexed here. Undefined when
 * the settings make everything public. Throws a `DocportError` `ERR_ACCESS_RULE` when a rule
 * protects nothing.
 */
export function prepareAccess(
  settings: AccessSettings,
  options: AccessOptions,
): AccessGateFactory | undefined {
  const { keysFile, oauthIssuer, access: rules } = settings;
  if (keysFile === undefined && oauthIssuer === undefined) return undefined;
  const seen = createAccessViews(options.catalog, rules);
  return (publicUrl) => createGate(seen, settings, { ...options, publicUrl });
}

interface GateOptions extends AccessOptions {
  readonly publicUrl: string;
}

function createGate(
  { catalogs, empty }: AccessViews,
  settings: AccessSettings,
  options: GateOptions,
): AccessGate {
  const { keysFile: path, oauthIssuer, access: rules, allowAnonymous } = settings;
  const { version, publicUrl, clock, log } = options;
  const viewOf = (catalog: Catalog): HttpView => {
    const parts = { catalog: () => catalog, version, publicUrl, cacheScope: "private" } as const;
    return { catalog: parts.catalog, createServer: createMcpServerFactory(parts) };
  };
  const views = catalogs.map(viewOf);
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
      oauthIssuer === undefined ? undefined : createOAuth(oauthIssuer, settings, options, onError),
  });
}

function createOAuth(
  issuer: string,
  { access: rules, oauthAudience, oauthScope }: AccessSettings,
  { catalog, publicUrl, fetch, clock }: GateOptions,
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
    name: () => catalog.facts.title,
    requiredScope: oauthScope,
    verify: (token) => verifyAccessToken(token, { issuer, audiences, keys, clock }),
  };
}
