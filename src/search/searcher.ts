import type { Segment } from "./file/segment.ts";
import { type DocumentFilter, documentFilter } from "./query/document-filter.ts";
import { indexLanguages, matchingLanguages, queryLanguages } from "./query/languages.ts";
import { parseQuery } from "./query/parse-query.ts";
import { planQuery, type QueryPlan } from "./query/plan-query.ts";
import { TermStatistics } from "./query/term-statistics.ts";
import { areNearDuplicates, type Fingerprint, fingerprintOf } from "./ranking/collapse.ts";
import { type ConfidenceFeatures, confidenceOf } from "./ranking/confidence.ts";
import { EvidenceReader } from "./ranking/evidence.ts";
import { addTopDocuments } from "./ranking/max-score.ts";
import { PostingCursor } from "./ranking/posting-cursor.ts";
import { type Candidate, planWeight, type Ranked, rerank } from "./ranking/rerank.ts";
import { FIELDS, HEADINGS, RERANK_DEPTH, SCORE_SCALE, TITLE } from "./ranking/scoring.ts";
import { makeSnippet } from "./ranking/snippet.ts";
import { TopDocuments } from "./ranking/top-documents.ts";
import { Translations } from "./ranking/translations.ts";
import type { SearchHit, SearchOptions, SearchResult } from "./search-options.ts";

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const DEFAULT_SNIPPET_CHARS = 240;

/** Answers queries over some segments as if they were one index. Synchronous, so one at a time. */
export class Searcher {
  readonly #statistics: TermStatistics;
  readonly #readers: readonly EvidenceReader[];
  readonly #languages: readonly string[];
  #translations: Translations | undefined;

  constructor(segments: readonly Segment[]) {
    this.#statistics = new TermStatistics(segments);
    this.#readers = segments.map((segment) => new EvidenceReader(segment));
    this.#languages = indexLanguages(segments);
  }

  get documentCount(): number {
    return this.#statistics.documentCount;
  }

  search(query: string, options: SearchOptions): SearchResult {
    const limit = checkedLimit(options.limit);
    const snippetChars = options.snippetChars ?? DEFAULT_SNIPPET_CHARS;
    if (!(snippetChars >= 0)) {
      throw new RangeError(`snippetChars: expected 0 or more, got ${snippetChars}`);
    }
    const filter = {
      ...(options.version === undefined ? {} : { version: options.version }),
      ...(options.section === undefined ? {} : { section: options.section }),
    };
    const asked = options.language ?? "";
    const preferred = asked === "" ? [] : matchingLanguages(asked, this.#languages);
    if (preferred.length > 0) {
      const languages = new Set(preferred);
      const result = this.#run(query, preferred, { ...filter, languages }, limit, snippetChars);
      if (result.hits.length > 0) return result;
    }
    const languages = queryLanguages(query, this.#languages);
    return this.#run(query, languages, filter, limit, snippetChars);
  }

  #run(
    query: string,
    languages: readonly string[],
    filter: DocumentFilter,
    limit: number,
    snippetChars: number,
  ): SearchResult {
    const words = parseQuery(query, languages);
    const isTyping = !/\s$/u.test(query);
    const plan = planQuery(words, this.#statistics, languages, isTyping);
    if (plan.terms.length === 0) return { hits: [], total: 0, confidence: 0 };
    for (const [part, reader] of this.#readers.entries()) reader.open(plan, part);
    try {
      const { candidates, total } = this.#candidates(plan, filter, limit);
      const ranked = rerank(candidates, plan);
      const kept = this.#collapse(ranked, languages[0] ?? "", limit);
      const [best] = ranked;
      return {
        hits: kept.map((hit) => this.#hitOf(hit, plan, snippetChars)),
        total,
        confidence: best === undefined ? 0 : confidenceOf(featuresOf(best, plan)),
        ...this.#correction(query, plan, best),
      };
    } finally {
      for (const reader of this.#readers) reader.close();
    }
  }

  #candidates(
    plan: QueryPlan,
    filter: DocumentFilter,
    limit: number,
  ): { readonly candidates: Candidate[]; readonly total: number } {
    const top = new TopDocuments(Math.max(RERANK_DEPTH, limit * 2));
    let total = 0;
    for (const [index, { segment, base, weights }] of this.#statistics.parts.entries()) {
      const cursors = plan.terms.flatMap(({ known, weight }) => {
        const number = known.numbers[index] ?? -1;
        if (number < 0) return [];
        return [new PostingCursor(segment, weights, number, weight * SCORE_SCALE)];
      });
      const accepts = documentFilter(segment, filter);
      total += addTopDocuments(cursors, segment.documentCount, base, accepts, top);
    }
    const candidates = top.take().map(({ document, score }): Candidate => {
      const part = this.#statistics.partOf(document);
      const local = document - part.base;
      const reader = this.#readers[this.#statistics.parts.indexOf(part)]!;
      const group = part.segment.groupIds.text(part.segment.documentGroups[local]!);
      return { document, group, score, evidence: reader.read(local) };
    });
    return { candidates, total };
  }

  /** One hit for a page in several languages, and one for what is said twice. */
  #collapse(ranked: readonly Ranked[], language: string, limit: number): Ranked[] {
    const chosen = new Map<string, string>();
    for (const { document } of ranked) {
      const { key, language: own } = this.#pageOf(document);
      if (key !== "" && (own === language || !chosen.has(key))) chosen.set(key, own);
    }
    const kept: { hit: Ranked; fingerprint: Fingerprint }[] = [];
    for (const hit of ranked) {
      if (kept.length === limit) break;
      const { key, language: own } = this.#pageOf(hit.document);
      if (key !== "" && chosen.get(key) !== own) continue;
      const { segment, base } = this.#statistics.partOf(hit.document);
      const fingerprint = fingerprintOf(segment, hit.document - base);
      if (kept.some((other) => areNearDuplicates(other.fingerprint, fingerprint))) continue;
      kept.push({ hit, fingerprint });
    }
    return kept.map(({ hit }) => hit);
  }

  #pageOf(document: number): { readonly key: string; readonly language: string } {
    const { segment, base } = this.#statistics.partOf(document);
    const local = document - base;
    const key = segment.groupTranslationKeys[segment.documentGroups[local]!]!;
    if (key === 0) return { key: "", language: "" };
    return {
      key: segment.names.text(key),
      language: segment.names.text(segment.documentLanguages[local]!),
    };
  }

  #hitOf(hit: Ranked, plan: QueryPlan, snippetChars: number): SearchHit {
    const part = this.#statistics.partOf(hit.document);
    const { segment } = part;
    const local = hit.document - part.base;
    const reader = this.#readers[this.#statistics.parts.indexOf(part)]!;
    const { key } = this.#pageOf(hit.document);
    this.#translations ??= new Translations(this.#statistics.parts);
    return {
      id: segment.documentIds.text(local),
      group: hit.group,
      score: hit.rank,
      snippet: makeSnippet(segment, local, reader, plan, snippetChars),
      matched: plan.words.flatMap(({ text }, word) => {
        const bits = hit.evidence.fieldsOfWord[word]!;
        if (bits === 0) return [];
        return [{ term: text, fields: FIELDS.filter((_, field) => (bits & (1 << field)) !== 0) }];
      }),
      translations: key === "" ? [] : this.#translations.of(key),
    };
  }

  /** The query with the words put in that were searched instead, as the best hit spells them. */
  #correction(
    query: string,
    plan: QueryPlan,
    best: Ranked | undefined,
  ): { readonly corrected?: string } {
    if (!best) return {};
    const { segment } = this.#statistics.partOf(best.document);
    let corrected = query;
    for (const [word, { text, state }] of plan.words.entries()) {
      const surface = best.evidence.surfaceOfWord[word]!;
      if (state !== "replaced" || surface < 0) continue;
      corrected = corrected.replace(text, () => segment.surfaces.text(surface).toLowerCase());
    }
    return corrected === query ? {} : { corrected };
  }
}

function checkedLimit(limit = DEFAULT_LIMIT): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new RangeError(`limit: expected a whole number from 1 to ${MAX_LIMIT}, got ${limit}`);
}

function featuresOf(best: Ranked, plan: QueryPlan): ConfidenceFeatures {
  const total = planWeight(plan);
  const share = (accepts: (word: number) => boolean): number =>
    plan.words.reduce((sum, { weight }, word) => sum + (accepts(word) ? weight : 0), 0) / total;
  const { fieldsOfWord, nearness } = best.evidence;
  const inTitle = (1 << TITLE) | (1 << HEADINGS);
  return {
    coverage: share((word) => fieldsOfWord[word] !== 0),
    known: share((word) => plan.words[word]!.state !== "unknown"),
    titleCoverage: share((word) => (fieldsOfWord[word]! & inTitle) !== 0),
    nearness:
      plan.words.length < 2
        ? 1
        : nearness.reduce((sum, near) => sum + near, 0) / (plan.words.length - 1),
    relativeScore: Math.min(1, best.score / SCORE_SCALE / total),
    words: plan.words.length,
  };
}
