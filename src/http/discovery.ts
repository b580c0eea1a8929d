import type { Catalog } from "../catalog/catalog.ts";
import { cleanLine } from "../mcp/clean-text.ts";
import { describeCorpus } from "../mcp/corpus-description.ts";
import { connectorName } from "../web/install-links.ts";
import type { HttpHandlerOptions } from "./http-options.ts";
import type { PublicBase } from "./public-base.ts";
import type { Route, RouteEntries } from "./route.ts";
import { taggedResponse } from "./tagged-response.ts";

/**
 * Where registries and clients find this server without being told of it. Server cards and the AI
 * catalog are drafts (SEP-2127, extension `io.modelcontextprotocol/server-card`); their form may
 * still change.
 */

export const SERVER_CARD_PATH = "/mcp/server-card";
export const AI_CATALOG_PATH = "/.well-known/ai-catalog.json";

/** Public facts for any web page to read; they are neither protected nor changed by a foreign one. */
export const OPEN_PATHS: readonly string[] = [SERVER_CARD_PATH, AI_CATALOG_PATH];

/** Revisions of MCP that `POST /mcp` answers, newest first. */
const PROTOCOL_VERSIONS = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"];

const CARD_SCHEMA = "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json";
/** The draft's own bound. */
const MAX_DESCRIPTION_CHARS = 100;

/** As `server.json` of the MCP registry describes a header; what OAuth needs is found by its own way. */
const KEY_HEADER = {
  name: "Authorization",
  description: "Bearer and a key, as the documentation is private",
  isSecret: true,
};

const CACHED = {
  "access-control-allow-origin": "*",
  "cache-control": "public, max-age=3600",
};

export function discoveryRoutes(options: HttpHandlerOptions, base: PublicBase): RouteEntries {
  const card: Route = {
    GET: (request) =>
      taggedResponse(request, json(serverCard(options, base(request))), {
        ...CACHED,
        "content-type": "application/mcp-server-card+json",
      }),
  };
  const catalog: Route = {
    GET: (request) =>
      taggedResponse(request, json(aiCatalog(options.catalog(), base(request))), {
        ...CACHED,
        "content-type": "application/ai-catalog+json",
      }),
  };
  return [
    [SERVER_CARD_PATH, card],
    [AI_CATALOG_PATH, catalog],
    ...exactText("/.well-known/mcp-registry-auth", options.registryProof),
    ...exactText("/.well-known/openai-apps-challenge", options.openaiChallenge),
  ];
}

/**
 * The name in reverse-DNS form that the MCP registry knows servers by: `com.example.docs/docs` for
 * `https://docs.example.com`. Hosts that are addresses have no such form and keep theirs.
 */
export function registryNameOf(publicUrl: string, title: string): string {
  const { hostname } = new URL(publicUrl);
  const isAddress = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
  const host = isAddress
    ? hostname.replace(/[[\]]/g, "").replace(/:+/g, "-")
    : hostname.split(".").toReversed().join(".");
  return `${host}/${connectorName(title)}`;
}

function serverCard(
  { catalog, version = "0.0.0", registryName: name, access }: HttpHandlerOptions,
  publicUrl: string,
): object {
  const { title } = describeCorpus(catalog().facts);
  return {
    $schema: CARD_SCHEMA,
    name: name ?? registryNameOf(publicUrl, title),
    version,
    title,
    description: cleanLine(`Search and read the documentation of ${title}.`, MAX_DESCRIPTION_CHARS),
    websiteUrl: publicUrl,
    remotes: [
      {
        type: "streamable-http",
        url: new URL("/mcp", publicUrl).href,
        supportedProtocolVersions: PROTOCOL_VERSIONS,
        ...(access?.accepts.keys && { headers: [KEY_HEADER] }),
      },
    ],
  };
}

function aiCatalog(catalog: Catalog, publicUrl: string): object {
  const { title } = describeCorpus(catalog.facts);
  return {
    specVersion: "1.0",
    entries: [
      {
        identifier: `urn:air:${new URL(publicUrl).hostname}:mcp:${connectorName(title)}`,
        type: "application/mcp-server-card+json",
        url: new URL(SERVER_CARD_PATH, publicUrl).href,
      },
    ],
  };
}

/** A configured text, byte for byte and with no line feed: whoever asks compares all of it. */
function exactText(path: string, text: string | undefined): RouteEntries {
  if (text === undefined) return [];
  const headers = { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" };
  return [[path, { GET: () => new Response(text, { headers }) }]];
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
