import type { SettingType } from "./setting.ts";
import { pattern } from "./setting-types.ts";

/** A name of the MCP registry: a domain in reverse, a slash, a name. */
export const registryName: SettingType<string> = pattern(
  "NAME",
  /^[a-zA-Z0-9.-]{1,140}\/[a-zA-Z0-9._-]{1,60}$/,
  "a name such as com.example/docs",
);

/** A version that the MCP registry takes: one, no range. */
export const registryVersion: SettingType<string> = pattern(
  "VERSION",
  /^\d{1,9}(\.\d{1,9}){0,3}([-+][0-9A-Za-z.+-]{1,60})?$/,
  "a version such as 1.0.0",
);

/** The record by which a domain's owner proves to the MCP registry whose key it is. */
export const registryRecord: SettingType<string> = pattern(
  "RECORD",
  /^v=MCPv1; k=(ed25519|ecdsap384); p=[A-Za-z0-9+/]{40,80}={0,2}$/,
  "a record such as `v=MCPv1; k=ed25519; p=...`, which `docport registry` writes",
);

/** A token that somebody else made: printable ASCII without spaces. */
export const challengeToken: SettingType<string> = pattern(
  "TOKEN",
  /^[!-~]{1,500}$/,
  "a token of printable characters, without spaces",
);
