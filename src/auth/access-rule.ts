/** Sections of the documentation that only callers with a scope may see. */
export interface AccessRule {
  /** An OAuth scope (RFC 6749, section 3.3). */
  readonly scope: string;
  /** Beginnings of page ids, in whole parts: `internal` is `internal` and `internal/keys`. */
  readonly sections: readonly string[];
}

/** Most scopes that rules can name: each set of them may need an index of its own. */
export const MAX_RULE_SCOPES = 5;

/** `2.0`, `v3`, `version-1.2.x`: a part of an id that names a version whatever the pages say. */
const VERSION = /^(v|version-)?\d+(\.(\d+|x))*$/;

/**
 * Whether a page is in one of the rule's sections. In doubt it is: letter case does not count, parts
 * that name a language or a version are passed over wherever they stand, and the number that tells
 * two pages of one name apart (`internal~2`) is not part of the name.
 *
 * @param neutral languages and versions of the documentation, in lower case.
 */
export function ruleCovers(rule: AccessRule, id: string, neutral: ReadonlySet<string>): boolean {
  const parts = id.toLowerCase().replace(/~\d+$/, "").split("/");
  const isNeutral = (part: string): boolean =>
    neutral.has(part.replaceAll("_", "-")) || neutral.has(part) || VERSION.test(part);
  const bare = parts.filter((part) => !isNeutral(part));
  return rule.sections.some((section) => {
    const wanted = section.toLowerCase().split("/");
    return beginsWith(parts, wanted) || beginsWith(bare, wanted);
  });
}

function beginsWith(parts: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((part, index) => parts[index] === part);
}
