import { revisionMeta } from "../call-tool.ts";
import type { McpOptions } from "../mcp-options.ts";
import { cacheHintOf, capabilitiesOf, type Surface } from "../surface.ts";
import { MODERN_VERSION } from "./known-shapes.ts";
import type { Era } from "./read-request.ts";
import { members } from "./write-answer.ts";

type WriteList = (era: Era, version?: string) => Buffer;

/** Results that change with the index alone, as JSON, each made once. */
export interface WrittenLists {
  readonly tools: WriteList;
  readonly discover: WriteList;
  readonly ping: WriteList;
  readonly initialize: WriteList;
  /** What is round the members of a tool's result. */
  readonly aroundTool: Readonly<Record<Era, { readonly start: string; readonly end: string }>>;
}

/** The members are in the order that the SDK gives them. */
export function writeLists(surface: Surface, options: McpOptions): WrittenLists {
  const { tools, serverInfo, instructions } = surface;
  const { ttlMs, cacheScope } = cacheHintOf(options);
  const info = { "io.modelcontextprotocol/serverInfo": serverInfo };
  const stamp = { resultType: "complete", ttlMs, cacheScope, _meta: info };
  const list = {
    modern: bytes({ tools, ...stamp }),
    legacy: bytes({ tools }),
  };
  const discover = bytes({
    supportedVersions: [MODERN_VERSION],
    capabilities: capabilitiesOf(options, { era: "modern" }),
    instructions,
    ...stamp,
  });
  const nothing = bytes({});
  const handshakes = new Map<string, Buffer>();
  return {
    tools: (era) => list[era],
    discover: () => discover,
    ping: () => nothing,
    initialize(_era, version = "") {
      const kept = handshakes.get(version);
      const handshake = { protocolVersion: version, capabilities: capabilitiesOf(options) };
      const made = kept ?? bytes({ ...handshake, serverInfo, instructions });
      handshakes.set(version, made);
      return made;
    },
    aroundTool: aroundTool(members(revisionMeta(surface.context)), members(info)),
  };
}

/** A result's own `_meta` comes first; one that only the SDK adds, last. */
function aroundTool(revision: string, info: string): WrittenLists["aroundTool"] {
  if (revision === "") {
    return {
      modern: { start: "{", end: `,"resultType":"complete","_meta":{${info}}}` },
      legacy: { start: "{", end: "}" },
    };
  }
  return {
    modern: { start: `{"_meta":{${revision},${info}},`, end: ',"resultType":"complete"}' },
    legacy: { start: `{"_meta":{${revision}},`, end: "}" },
  };
}

function bytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
