import type { CatalogPageSummary } from "../catalog/catalog.ts";
import type { IndexedCatalog } from "../catalog/open-catalog.ts";
import { DocportError } from "../lib/errors.ts";
import { type AccessRule, ruleCovers } from "./access-rule.ts";

/** Most scopes that rules can name: each set of them may need an index of its own. */
export const MAX_RULE_SCOPES = 5;

/** What callers see of a catalog, by the scopes that they have. */
export interface AccessViews {
  /** The catalog of what a caller with these scopes may see; scopes of no rule change nothing. */
  catalogFor(scopes: ReadonlySet<string>): IndexedCatalog;
  /** A catalog without a page, with the title of the documentation. */
  readonly empty: IndexedCatalog;
}

/**
 * Makes the catalog of every set of scopes ahead, so that no caller waits for theirs, and nobody
 * learns from waiting. Sets that see the same pages share one. A page that several rules cover needs
 * the scope of each, and a translation of a page that is covered is covered with it.
 *
 * Throws `DocportError` with `ERR_ACCESS_RULE` when a section has no page: it is misspelt, and what
 * it was to protect would be open.
 */
export function createAccessViews(
  catalog: IndexedCatalog,
  rules: readonly AccessRule[],
): AccessViews {
  const scopes = [...new Set(rules.map(({ scope }) => scope))];
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
  const views = Array.from({ length: 1 << scopes.length }, (_, held) => {
    const hidden = pages.filter((_page, index) => ((needs[index] ?? 0) & ~held) !== 0);
    const ids = new Set(hidden.map(({ id }) => id));
    const key = JSON.stringify([...ids]);
    const view = byPages.get(key) ?? catalog.without(ids);
    byPages.set(key, view);
    return view;
  });
  return {
    catalogFor(given) {
      const held = scopes.reduce((bits, scope, bit) => bits | (given.has(scope) ? 1 << bit : 0), 0);
      return views[held] ?? catalog.without(new Set(pages.map(({ id }) => id)));
    },
    empty: catalog.without(new Set(pages.map(({ id }) => id))),
  };
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
