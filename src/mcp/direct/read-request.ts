import {
  hasOnly,
  isCapabilities,
  isImplementation,
  isJsonObject,
  isLegacyMeta,
  isModernMeta,
  isRequestId,
  type JsonObject,
  MODERN_VERSION,
} from "./known-shapes.ts";

/** 2026-07-28, or what was before it. */
export type Era = "modern" | "legacy";

/** The headers that mirror the body (MCP 2026-07-28, "Standard Request Headers"). */
export interface MirrorHeaders {
  readonly version: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
}

/** A request that is right in every member, and that we know the answer to. */
export interface DirectRequest {
  readonly era: Era;
  /** As JSON. */
  readonly id: string;
  readonly call:
    | { readonly kind: "tool"; readonly name: string; readonly given: JsonObject }
    | {
        readonly kind: "tools" | "discover" | "ping" | "initialize";
        /** Of `initialize`: the one asked for, which is one that there is. */
        readonly version?: string;
      };
}

/** Revisions before 2026-07-28 that the SDK serves, as they are named in `initialize`. */
const LEGACY_VERSIONS: readonly string[] = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];

const NO_PARAMS: JsonObject = {};
const NO_ARGUMENTS: JsonObject = {};

/**
 * Reads a JSON-RPC request; undefined when anything about it is not as it mostly is. That is no
 * judgement: the SDK decides then, and answers or refuses.
 */
export function readRequest(body: unknown, headers: MirrorHeaders): DirectRequest | undefined {
  if (!isJsonObject(body) || !hasOnly(body, ["jsonrpc", "id", "method", "params"]))
    return undefined;
  const { jsonrpc, id, method, params = NO_PARAMS } = body;
  if (jsonrpc !== "2.0" || !isRequestId(id) || typeof method !== "string") return undefined;
  if (!isJsonObject(params)) return undefined;
  const era = eraOf(method, params, headers);
  const call = era && callOf(era, method, params);
  if (!era || !call) return undefined;
  if (era === "modern" && call.kind === "tool" && headers.name !== call.name) return undefined;
  return { era, id: JSON.stringify(id), call };
}

/**
 * Whether it is the client's last word of the older handshake, which nothing hangs on: there is no
 * answer to it but that it was taken.
 */
export function isInitialized(body: unknown, version: string | undefined): boolean {
  return (
    isJsonObject(body) &&
    hasOnly(body, ["jsonrpc", "method"]) &&
    body["jsonrpc"] === "2.0" &&
    body["method"] === "notifications/initialized" &&
    (version === undefined || LEGACY_VERSIONS.includes(version))
  );
}

function eraOf(
  method: string,
  { _meta: meta }: JsonObject,
  headers: MirrorHeaders,
): Era | undefined {
  const { version } = headers;
  if (version === MODERN_VERSION) {
    return headers.method === method && isModernMeta(meta) ? "modern" : undefined;
  }
  const isKnown = version === undefined || LEGACY_VERSIONS.includes(version);
  return isKnown && isLegacyMeta(meta) ? "legacy" : undefined;
}

function callOf(era: Era, method: string, params: JsonObject): DirectRequest["call"] | undefined {
  switch (method) {
    case "tools/call":
      return toolCallOf(params);
    case "tools/list":
      return hasOnly(params, ["_meta"]) ? { kind: "tools" } : undefined;
    case "server/discover":
      return era === "modern" && hasOnly(params, ["_meta"]) ? { kind: "discover" } : undefined;
    case "ping":
      return era === "legacy" && hasOnly(params, ["_meta"]) ? { kind: "ping" } : undefined;
    case "initialize":
      return era === "legacy" ? handshakeOf(params) : undefined;
    default:
      return undefined;
  }
}

function toolCallOf(params: JsonObject): DirectRequest["call"] | undefined {
  const { name, arguments: given = NO_ARGUMENTS } = params;
  if (typeof name !== "string" || !isJsonObject(given)) return undefined;
  return hasOnly(params, ["name", "arguments", "_meta"])
    ? { kind: "tool", name, given }
    : undefined;
}

function handshakeOf(params: JsonObject): DirectRequest["call"] | undefined {
  const { protocolVersion: version, capabilities, clientInfo } = params;
  if (typeof version !== "string" || !LEGACY_VERSIONS.includes(version)) return undefined;
  if (!isCapabilities(capabilities) || !isImplementation(clientInfo)) return undefined;
  const names = ["protocolVersion", "capabilities", "clientInfo", "_meta"];
  return hasOnly(params, names) ? { kind: "initialize", version } : undefined;
}
