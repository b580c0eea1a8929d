import { detectLanguage } from "../search/analysis/detect-language.ts";
import { parseQuery } from "../search/query/parse-query.ts";
import type { UnansweredQuery } from "./unanswered-query.ts";

/** One thing that was asked for in one or more wordings. */
export interface Gap {
  /** The wording that was used most; of equals the first in the order of characters. */
  readonly query: string;
  readonly count: number;
  /** Epoch milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** All wordings, the most frequent first. */
  readonly wordings: readonly { readonly query: string; readonly count: number }[];
  /** Ids of sections that came closest, the most frequent first. */
  readonly closest: readonly string[];
}

/** Shared among all terms of both: half is one word of three replaced by another. */
const MIN_LIKENESS = 0.5;
/** One word alone is a subject of its own, whatever else it is said with. */
const MIN_SHARED = 2;
/** For queries that do not tell their language, when no other one does either. */
const DEFAULT_LANGUAGE = "en";
/** Clusters that a wording is compared with, so that a common word costs no more than this. */
const MAX_COMPARED = 200;
const MAX_CLOSEST = 3;

interface Wording {
  readonly query: string;
  readonly terms: ReadonlySet<string>;
  readonly asked: readonly UnansweredQuery[];
}

/**
 * Queries that ask for the same, put together by the terms that search makes of their words. The
 * same queries give the same gaps in whatever order they come: each wording, the most frequent
 * first, joins the gap whose first wording is most like it, or begins one.
 */
export function clusterQueries(queries: readonly UnansweredQuery[]): readonly Gap[] {
  const clusters: Wording[][] = [];
  const byTerm = new Map<string, number[]>();
  for (const wording of wordingsOf(queries)) {
    const found = nearest(wording, clusters, byTerm);
    if (found !== undefined) {
      clusters[found]?.push(wording);
      continue;
    }
    for (const term of wording.terms) {
      const places = byTerm.get(term) ?? [];
      if (places.length < MAX_COMPARED) places.push(clusters.length);
      byTerm.set(term, places);
    }
    clusters.push([wording]);
  }
  return clusters.map(toGap).toSorted((a, b) => b.count - a.count || compare(a.query, b.query));
}

function wordingsOf(queries: readonly UnansweredQuery[]): Wording[] {
  const byText = new Map<string, UnansweredQuery[]>();
  for (const asked of queries) {
    const text = asked.query.normalize("NFKC").toLowerCase().replaceAll(/\s+/g, " ").trim();
    const same = byText.get(text);
    if (same) same.push(asked);
    else byText.set(text, [asked]);
  }
  const language = commonLanguage([...byText.keys()]);
  return Array.from(byText, ([text, asked]) => ({
    query: asked.map(({ query }) => query).toSorted(compare)[0] ?? text,
    terms: termsOf(text, language),
    asked,
  })).toSorted((a, b) => b.asked.length - a.asked.length || compare(a.query, b.query));
}

/** The language that most queries tell: few words tell none, and are in that one as a rule. */
function commonLanguage(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const language = detectLanguage(text);
    if (language !== "") counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  const [first] = [...counts].toSorted(([a, m], [b, n]) => n - m || compare(a, b));
  return first?.[0] ?? DEFAULT_LANGUAGE;
}

/** What is masked is no word: two questions with a number in them are not alike for that. */
function termsOf(text: string, language: string): ReadonlySet<string> {
  const bare = text.replaceAll(/\[(?:e-mail|key|number|secret)\]/g, " ");
  const words = parseQuery(bare, [detectLanguage(bare) || language]);
  return new Set(words.flatMap(({ concepts }) => concepts[0]?.terms[0] ?? []));
}

function nearest(
  { terms }: Wording,
  clusters: readonly (readonly Wording[])[],
  byTerm: ReadonlyMap<string, readonly number[]>,
): number | undefined {
  const candidates = new Set([...terms].flatMap((term) => byTerm.get(term) ?? []));
  let best: number | undefined;
  let bestLikeness = 0;
  for (const at of [...candidates].toSorted((a, b) => a - b).slice(0, MAX_COMPARED)) {
    const likeness = likenessOf(terms, clusters[at]?.[0]?.terms ?? new Set());
    if (likeness < MIN_LIKENESS || likeness <= bestLikeness) continue;
    best = at;
    bestLikeness = likeness;
  }
  return best;
}

function likenessOf(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const term of a) if (b.has(term)) shared += 1;
  const all = a.size + b.size - shared;
  return shared >= MIN_SHARED || shared === all ? shared / all : 0;
}

function toGap(wordings: readonly Wording[]): Gap {
  const asked = wordings.flatMap((wording) => wording.asked);
  const times = asked.map(({ at }) => at);
  const ids = new Map<string, number>();
  for (const { closest } of asked) {
    // The first counts three times as much as the third.
    closest.forEach((id, rank) => ids.set(id, (ids.get(id) ?? 0) + 3 - rank));
  }
  const closest = [...ids].toSorted(([a, m], [b, n]) => n - m || compare(a, b));
  return {
    query: wordings[0]?.query ?? "",
    count: asked.length,
    firstAt: times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
    lastAt: times.reduce((most, at) => Math.max(most, at), Number.NEGATIVE_INFINITY),
    wordings: wordings.map(({ query, asked: { length } }) => ({ query, count: length })),
    closest: closest.slice(0, MAX_CLOSEST).map(([id]) => id),
  };
}

/** By code units: the same on every computer, whatever its language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
