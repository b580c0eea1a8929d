import type { McpServer, Server, ServerEventBus } from "@modelcontextprotocol/server";
import type { TokenVerdict } from "../../auth/access-token.ts";
import { BEARER_KEY_PREFIX } from "../../auth/bearer-key.ts";
import type { KeyRecord } from "../../auth/key-file.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { DirectAnswers } from "../../mcp/direct/direct-answers.ts";
import type { ServingContext } from "../../mcp/mcp-options.ts";
import type { RequestHead } from "../request-head.ts";
import { rpcErrorResponse } from "../responses.ts";
import type { RouteEntries } from "../route.ts";
import { bearerTokenOf } from "./bearer-token.ts";
import { challengeResponse } from "./challenge.ts";
import {
  metadataUrl,
  type ProtectedResource,
  protectedResourceRoutes,
} from "./protected-resource.ts";

/** What some callers see of the documentation: every route answers from it. */
export interface HttpView {
  readonly catalog: () => Catalog;
  /** Makes the MCP server of one request, or of one HTTP+SSE stream. */
  readonly createServer: (
    context?: ServingContext,
  ) => Server | McpServer | Promise<Server | McpServer>;
  /** Answers of the same view without that server. Default: none, and the server answers all. */
  readonly direct?: DirectAnswers | undefined;
  /** Where changes of what they see are published. Default: nowhere. */
  readonly events?: ServerEventBus;
}

/** A request that may be answered. */
export interface Admission {
  readonly view: HttpView;
  /** Who asks, as long as the credential is theirs; undefined: nobody in particular. */
  readonly caller?: string;
}

/** Who may see what. Without one, everybody sees everything. */
export interface AccessGate {
  /** What is shown without a credential, at paths that are open or when that is allowed. */
  readonly open: HttpView;
  /** Every view that {@link AccessGate.admit} can give. */
  readonly views: readonly HttpView[];
  /** Which credentials it takes. */
  readonly accepts: { readonly keys: boolean; readonly oauth: boolean };
  /** Metadata for clients that want a token; open to everybody. */
  readonly routes: RouteEntries;
  /** Who sent the request and what they see, or the refusal. Reads headers only. */
  admit(head: RequestHead, url: Pick<URL, "pathname">): Promise<Admission | Response>;
}

export interface AccessGateOptions {
  readonly open: HttpView;
  /** One view for each set of pages; those who see the same have the same one. */
  readonly views: readonly HttpView[];
  readonly viewFor: (scopes: ReadonlySet<string>) => HttpView;
  /** Requests without a credential see what a caller without scopes sees. */
  readonly allowAnonymous: boolean;
  /** Checks a key of ours. */
  readonly findKey?: ((key: string) => Promise<KeyRecord | undefined>) | undefined;
  readonly oauth?: OAuthOptions | undefined;
}

export interface OAuthOptions extends ProtectedResource {
  readonly verify: (token: string) => Promise<TokenVerdict>;
  /** Scope without which a token opens nothing. */
  readonly requiredScope: string | undefined;
}

const SIGN_IN = "This documentation is private: send a bearer token";

/** Bearer keys and access tokens at the door of everything that shows documentation. */
export function createAccessGate(options: AccessGateOptions): AccessGate {
  const { open, views, viewFor, allowAnonymous, findKey, oauth } = options;

  const refuse = (head: RequestHead, url: Pick<URL, "pathname">, refusal: Refusal): Response =>
    challengeResponse(head, {
      scopes: oauth?.scopes ?? [],
      ...refusal,
      ...(oauth && { resourceMetadata: metadataUrl(oauth.publicUrl, url.pathname) }),
    });

  return {
    open,
    views,
    accepts: { keys: findKey !== undefined, oauth: oauth !== undefined },
    routes: oauth ? protectedResourceRoutes(oauth) : [],
    async admit(head, url) {
      const token = bearerTokenOf(head.headers);
      if (token === undefined) {
        return allowAnonymous
          ? { view: viewFor(new Set()) }
          : refuse(head, url, { status: 401, description: SIGN_IN });
      }
      const verdict = token.startsWith(BEARER_KEY_PREFIX)
        ? await checkKey(token, findKey)
        : ((await oauth?.verify(token)) ?? UNKNOWN);
      if (verdict.kind === "unavailable") return unavailable();
      if (verdict.kind === "refused") {
        const { reason } = verdict;
        const description = `The bearer token is not accepted: ${reason}`;
        return refuse(head, url, { status: 401, error: "invalid_token", description });
      }
      const needed = token.startsWith(BEARER_KEY_PREFIX) ? undefined : oauth?.requiredScope;
      if (needed !== undefined && !verdict.scopes.has(needed)) {
        const error = "insufficient_scope";
        const description = `The token does not have the scope ${needed}`;
        return refuse(head, url, { status: 403, error, description, scopes: [needed] });
      }
      const kind = token.startsWith(BEARER_KEY_PREFIX) ? "key" : "token";
      const { subject, scopes } = verdict;
      return { view: viewFor(scopes), ...(subject !== "" && { caller: `${kind} ${subject}` }) };
    },
  };
}

interface Refusal {
  readonly status: 401 | 403;
  readonly error?: "invalid_token" | "insufficient_scope";
  readonly description: string;
  readonly scopes?: readonly string[];
}

const UNKNOWN: TokenVerdict = {
  kind: "refused",
  reason: "it is not a token that this server knows",
};

async function checkKey(key: string, findKey: AccessGateOptions["findKey"]): Promise<TokenVerdict> {
  const record = await findKey?.(key);
  // The same words for a key that never was, one that was revoked and one that has expired.
  if (!record) return { kind: "refused", reason: "the key is unknown, revoked or expired" };
  return { kind: "accepted", subject: record.id, scopes: new Set(record.scopes) };
}

/** Not 401: the client's token may be good, and a new one would fare no better. */
function unavailable(): Response {
  return rpcErrorResponse(503, -32000, "The provider of tokens cannot be reached; try again", {
    "retry-after": "10",
    "cache-control": "no-store",
  });
}
