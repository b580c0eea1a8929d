import type { AccessRule } from "../auth/access-rule.ts";
import { MAX_RULE_SCOPES } from "../auth/access-rule.ts";
import { accessRules, scopeName } from "./access-rules.ts";
import { type Setting, setting } from "./setting.ts";
import { filePath, issuerUrl, listOf, text, toggle } from "./setting-types.ts";

/** Who may read the documentation; with neither keys nor an issuer, everybody. */
export interface AccessSettings {
  /** Absolute path of the file of bearer keys. */
  readonly keysFile: string | undefined;
  /** Issuer identifier of the OAuth provider, as it was written. */
  readonly oauthIssuer: string | undefined;
  /** What `aud` of a token may be; empty: this server's own URLs. */
  readonly oauthAudience: readonly string[];
  /** Scope without which a token opens nothing. */
  readonly oauthScope: string | undefined;
  /** Sections that only callers with a scope may see. */
  readonly access: readonly AccessRule[];
  /** Callers without a credential see what no rule covers. */
  readonly allowAnonymous: boolean;
}

export const accessSettings: { readonly [K in keyof AccessSettings]: Setting<AccessSettings[K]> } =
  {
    keysFile: setting("auth.keysFile", {
      group: "access",
      type: filePath("FILE"),
      fallback: undefined,
      doc: "File of bearer keys, which `docport keys` writes; makes the documentation private.",
    }),
    oauthIssuer: setting("auth.oauthIssuer", {
      group: "access",
      type: issuerUrl,
      fallback: undefined,
      doc: "OpenID Connect issuer whose access tokens are taken; makes the documentation private.",
    }),
    oauthAudience: setting("auth.oauthAudience", {
      group: "access",
      type: listOf(text("AUDIENCE", 500)),
      fallback: [],
      defaultText: "this server's own URLs",
      doc: "Audience that tokens must have, for a provider that cannot name this server's URL.",
    }),
    oauthScope: setting("auth.oauthScope", {
      group: "access",
      type: scopeName,
      fallback: undefined,
      doc: "Scope that every access token must have.",
    }),
    access: setting("access", {
      group: "access",
      type: accessRules,
      fallback: [],
      doc: "Sections that only callers with a scope may see.",
    }),
    allowAnonymous: setting("auth.allowAnonymous", {
      group: "access",
      type: toggle,
      fallback: false,
      doc: "Show what no access rule covers to everybody.",
    }),
  };

/** Whether callers need a credential, for some of it at least. */
export function isPrivate({
  keysFile,
  oauthIssuer,
}: Pick<AccessSettings, "keysFile" | "oauthIssuer">): boolean {
  return keysFile !== undefined || oauthIssuer !== undefined;
}

/** What is wrong with the settings side by side: nothing may look protected and be open. */
export function checkAccess(
  settings: AccessSettings,
): readonly { readonly key: keyof AccessSettings; readonly expected: string }[] {
  const { oauthIssuer, oauthAudience, oauthScope, access, allowAnonymous } = settings;
  const scopes = new Set(access.map(({ scope }) => scope));
  const rules: readonly [isRight: boolean, key: keyof AccessSettings, expected: string][] = [
    [isPrivate(settings) || access.length === 0, "access", "keysFile or oauthIssuer beside it"],
    [scopes.size <= MAX_RULE_SCOPES, "access", `rules for at most ${MAX_RULE_SCOPES} scopes`],
    [
      access.length > 0 || !allowAnonymous,
      "allowAnonymous",
      "access rules beside it, or everything is open",
    ],
    [
      oauthIssuer !== undefined || oauthAudience.length === 0,
      "oauthAudience",
      "an oauthIssuer beside it",
    ],
    [
      oauthIssuer !== undefined || oauthScope === undefined,
      "oauthScope",
      "an oauthIssuer beside it",
    ],
  ];
  return rules.flatMap(([isRight, key, expected]) => (isRight ? [] : [{ key, expected }]));
}
