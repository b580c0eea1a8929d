import type { CatalogPageSummary } from "../catalog/catalog.ts";
import type { IndexedCatalog, WithoutOptions } from "../catalog/open-catalog.ts";
import { DocportError } from "../lib/errors.ts";
import { type AccessRule, MAX_RULE_SCOPES, ruleCovers } from "./access-rule.ts";

/** What callers see of a catalog, by the scopes that they have. */
export interface AccessViews {
  /** The catalog of each set of scopes, by the number of {@link scopeSet}. */
  readonly catalogs: readonly IndexedCatalog[];
  /** A catalog without a page, with the title of the documentation. */
  readonly empty: IndexedCatalog;
}

/** The scopes that rules name, each once. */
export function ruleScopes(rules: readonly AccessRule[]): readonly string[] {
  return [...new Set(rules.map(({ scope }) => scope))];
}

/** Which of the rules' scopes a caller has, as the bits of a number; others change nothing. */
export function scopeSet(rules: readonly AccessRule[], held: ReadonlySet<string>): number {
  return ruleScopes(rules).reduce((bits, scope, bit) => bits | (held.has(scope) ? 1 << bit : 0), 0);
}

/**
 * Makes the catalog of every set of scopes ahead, so that no caller waits for theirs, and nobody
 * learns from waiting. Sets that see the same pages share one. A page that several rules cover needs
 * the scope of each, and a translation of a page that is covered is covered with it.
 *
 * Rejects with `DocportError` `ERR_ACCESS_RULE` when a section has no page: it is misspelt, and what
 * it was to protect would be open.
 *
 * @param shown catalogs of before. A set of scopes that sees the same pages as one of them has it
 * again, so that a change of other pages costs it nothing.
 */
export async function createAccessViews(
  catalog: IndexedCatalog,
  rules: readonly AccessRule[],
  { merge, shown }: Pick<WithoutOptions, "merge" | "shown"> = {},
): Promise<AccessViews> {
  const scopes = ruleScopes(rules);
  if (scopes.length > MAX_RULE_SCOPES) {
    throw new RangeError(`rules name ${scopes.length} scopes, at most ${MAX_RULE_SCOPES} can be`);
  }
  const pages = catalog.pages();
  const neutral = new Set(
    pages.flatMap(({ language, version }) => [
      language,
      ...(version === undefined ? [] : [version.toLowerCase()]),
    ]),
  );
  const covers: Covers = (rule, { id }) => ruleCovers(rule, id, neutral);
  for (const rule of rules) refuseEmptySections(rule, pages, covers);
  const needs = neededScopes(pages, rules, scopes, covers);
  const byPages = new Map<string, IndexedCatalog>();
  const catalogs: IndexedCatalog[] = [];
  for (let held = 0; held < 1 << scopes.length; held++) {
    const hidden = pages.filter((_page, index) => ((needs[index] ?? 0) & ~held) !== 0);
    const ids = new Set(hidden.map(({ id }) => id));
    const key = JSON.stringify([...ids]);
    const view = byPages.get(key) ?? (await catalog.without(ids, { merge, shown }));
    byPages.set(key, view);
    catalogs.push(view);
  }
  const empty = await catalog.without(new Set(pages.map(({ id }) => id)), { merge });
  return { catalogs, empty };
}

type Covers = (rule: AccessRule, page: CatalogPageSummary) => boolean;

/** The scopes that each page needs, as bits in the order of `scopes`. */
function neededScopes(
  pages: readonly CatalogPageSummary[],
  rules: readonly AccessRule[],
  scopes: readonly string[],
  covers: Covers,
): number[] {
  const own = pages.map((page) =>
    rules.reduce(
      (bits, rule) => (covers(rule, page) ? bits | (1 << scopes.indexOf(rule.scope)) : bits),
      0,
    ),
  );
  const byTranslation = new Map<string, number>();
  for (const [index, { translationKey }] of pages.entries()) {
    if (translationKey === undefined) continue;
    byTranslation.set(translationKey, (byTranslation.get(translationKey) ?? 0) | (own[index] ?? 0));
  }
  return pages.map(({ translationKey }, index) =>
    translationKey === undefined ? (own[index] ?? 0) : (byTranslation.get(translationKey) ?? 0),
  );
}

function refuseEmptySections(
  rule: AccessRule,
  pages: readonly CatalogPageSummary[],
  covers: Covers,
): void {
  for (const section of rule.sections) {
    if (pages.some((page) => covers({ ...rule, sections: [section] }, page))) continue;
    throw new DocportError(
      "ERR_ACCESS_RULE",
      `the access rule for the scope ${rule.scope} names the section ${section}, which has no page`,
      { hint: "Correct the section or remove it; sections are the first parts of page ids." },
    );
  }
}
