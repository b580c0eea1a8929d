import type { RouteEntries } from "../route.ts";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";

/** Paths that clients name as their server; each is a resource of its own to OAuth. */
const RESOURCE_PATHS = ["/mcp", "/sse"] as const;
type ResourcePath = (typeof RESOURCE_PATHS)[number];

export interface ProtectedResource {
  /** Origin of this server, from the configuration. */
  readonly publicUrl: string;
  /** Issuer that gives tokens. */
  readonly issuer: string;
  readonly scopes: readonly string[];
  /** Name that people see when they are asked for their consent. */
  readonly name: () => string;
}

/** The resource identifiers that a token may be for (RFC 8707). */
export function resourceIdentifiers(publicUrl: string): string[] {
  return RESOURCE_PATHS.map((path) => new URL(path, publicUrl).href);
}

/** Where the metadata of the resource at a path is: the older transport has two paths. */
export function metadataUrl(publicUrl: string, path: string): string {
  return new URL(WELL_KNOWN + resourceOf(path), publicUrl).href;
}

/**
 * Protected resource metadata (RFC 9728) of each path, and of `/mcp` at the root too, where clients
 * look that were given no challenge.
 */
export function protectedResourceRoutes(resource: ProtectedResource): RouteEntries {
  const route = (path: ResourcePath): RouteEntries[number][1] => ({
    GET: () =>
      Response.json(metadata(resource, path), {
        headers: { "cache-control": "public, max-age=300", "access-control-allow-origin": "*" },
      }),
  });
  return [
    [WELL_KNOWN, route("/mcp")],
    ...RESOURCE_PATHS.map((path) => [WELL_KNOWN + path, route(path)] as const),
  ];
}

function metadata(resource: ProtectedResource, path: ResourcePath): object {
  return {
    resource: new URL(path, resource.publicUrl).href,
    authorization_servers: [resource.issuer],
    ...(resource.scopes.length === 0 ? {} : { scopes_supported: resource.scopes }),
    bearer_methods_supported: ["header"],
    resource_name: resource.name(),
  };
}

function resourceOf(path: string): ResourcePath {
  return path === "/sse" || path === "/message" ? "/sse" : "/mcp";
}
