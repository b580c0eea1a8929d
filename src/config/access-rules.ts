import type { AccessRule } from "../auth/access-rule.ts";
import { isScope } from "../auth/scope.ts";
import type { ReadSite, SettingType } from "./setting.ts";
import { listOf } from "./setting-types.ts";

const EXPECTED = "SCOPE=SECTION, or a mapping with scope and sections";

/** What a rule in the file has. */
export const RULE_FIELDS: readonly string[] = ["scope", "sections"];

/** A scope; commas and equals signs are legal in one but would break the flag's form. */
export const scopeName: SettingType<string> = {
  valueName: "SCOPE",
  read(raw, site) {
    if (isScope(raw) && !/[,=]/.test(raw)) return raw;
    site.report({ value: raw, expected: "a scope such as docs:read, without spaces" });
    return undefined;
  },
};

/** The first parts of page ids; slashes round them do not count. */
const section: SettingType<string> = {
  valueName: "SECTION",
  read(raw, site) {
    const typed = typeof raw === "string" ? raw.trim().replace(/^\/|\/$/g, "") : "";
    const fits = typed.length <= 500 && typed.split("/").every((part) => part.trim() !== "");
    if (fits && !/\p{Cc}/u.test(typed)) return typed;
    site.report({ value: raw, expected: "a section such as internal or guide/internal" });
    return undefined;
  },
};

const sections = listOf(section);

const rule: SettingType<AccessRule> = {
  valueName: "SCOPE=SECTION",
  read(raw, site) {
    if (typeof raw === "string") {
      const at = raw.indexOf("=");
      if (at > 0) return readParts(raw.slice(0, at).trim(), raw.slice(at + 1), site);
    } else if (typeof raw === "object" && raw !== null && !Array.isArray(raw)) {
      const given = new Map<string, unknown>(Object.entries(raw));
      const unknown = [...given.keys()].find((name) => !RULE_FIELDS.includes(name));
      if (unknown === undefined) return readParts(given.get("scope"), given.get("sections"), site);
      const path = `.${unknown}`;
      site.report({ path, value: undefined, isUnknownName: true, expected: "scope or sections" });
      return undefined;
    }
    site.report({ value: raw, expected: EXPECTED });
    return undefined;
  },
};

function readParts(
  rawScope: unknown,
  rawSections: unknown,
  site: ReadSite,
): AccessRule | undefined {
  const below = (name: string): ReadSite => ({
    folder: site.folder,
    report: (mistake) => site.report({ ...mistake, path: `.${name}${mistake.path ?? ""}` }),
  });
  const scope = scopeName.read(rawScope, below("scope"));
  const named = sections.read(rawSections ?? [], below("sections"));
  if (scope === undefined || named === undefined) return undefined;
  if (named.length > 0) return { scope, sections: named };
  below("sections").report({ value: rawSections, expected: "a section at least" });
  return undefined;
}

export const accessRules: SettingType<readonly AccessRule[]> = listOf(rule);
