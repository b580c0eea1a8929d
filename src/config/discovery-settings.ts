import { challengeToken, registryName, registryRecord } from "./registry-types.ts";
import { type Setting, setting } from "./setting.ts";

/** What is published for registries and app directories to find and check. */
export interface DiscoverySettings {
  /** Name in the MCP registry; undefined: made from the public URL and the title. */
  readonly registryName: string | undefined;
  /** Text of `/.well-known/mcp-registry-auth`; undefined: there is none. */
  readonly registryProof: string | undefined;
  /** Text of `/.well-known/openai-apps-challenge`; undefined: there is none. */
  readonly openaiChallenge: string | undefined;
}

export const discoverySettings: {
  readonly [K in keyof DiscoverySettings]: Setting<DiscoverySettings[K]>;
} = {
  registryName: setting("discovery.registryName", {
    group: "discovery",
    type: registryName,
    fallback: undefined,
    defaultText: "made from publicUrl and title",
    doc: "Name of the server in the MCP registry, such as com.example/docs.",
  }),
  registryProof: setting("discovery.registryProof", {
    group: "discovery",
    type: registryRecord,
    fallback: undefined,
    doc: "Record that /.well-known/mcp-registry-auth answers with; `docport registry` makes it.",
  }),
  openaiChallenge: setting("discovery.openaiChallenge", {
    group: "discovery",
    type: challengeToken,
    fallback: undefined,
    doc: "Token that /.well-known/openai-apps-challenge answers with.",
  }),
};
