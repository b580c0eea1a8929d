import type { RequestHead } from "../request-head.ts";
import { rpcErrorResponse, textResponse } from "../responses.ts";

/** Why a request is not answered (RFC 6750, section 3; MCP 2026-07-28, "Authorization"). */
export interface Challenge {
  readonly status: 401 | 403;
  /** Absent when there was no credential at all (RFC 6750, section 3.1). */
  readonly error?: "invalid_token" | "insufficient_scope";
  /** For people; one of our own sentences, never the client's words. */
  readonly description: string;
  /** Scopes to ask the provider for. */
  readonly scopes: readonly string[];
  /** Where clients learn which provider gives tokens; absent when only keys are taken. */
  readonly resourceMetadata?: string;
}

/** JSON-RPC's server-defined range; clients go by the status. */
const UNAUTHORIZED = -32001;

/** The refusal, in the form that the client reads: JSON-RPC for a POST, text otherwise. */
export function challengeResponse(head: RequestHead, challenge: Challenge): Response {
  const { status, description } = challenge;
  const headers = {
    "www-authenticate": wwwAuthenticate(challenge),
    "cache-control": "no-store",
  };
  return head.method === "POST"
    ? rpcErrorResponse(status, UNAUTHORIZED, description, headers)
    : textResponse(status, description, headers);
}

function wwwAuthenticate(challenge: Challenge): string {
  const { error, description, scopes, resourceMetadata } = challenge;
  const parameters: (readonly [name: string, value: string | undefined])[] = [
    ["realm", "docport"],
    ["error", error],
    ["error_description", error === undefined ? undefined : description],
    ["scope", scopes.length === 0 ? undefined : scopes.join(" ")],
    ["resource_metadata", resourceMetadata],
  ];
  const shown = parameters.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}="${value}"`],
  );
  return `Bearer ${shown.join(", ")}`;
}
