import { BLOCK_POSTINGS } from "./file/postings.ts";
import type { Segment } from "./file/segment.ts";
import { isDoubtful } from "./query/alternatives.ts";
import { type DocumentFilter, DocumentFilters } from "./query/document-filter.ts";
import { indexLanguages, matchingLanguages, queryLanguages } from "./query/languages.ts";
import { parseQuery } from "./query/parse-query.ts";
import { planQuery, type QueryPlan } from "./query/plan-query.ts";
import { TermStatistics } from "./query/term-statistics.ts";
import { CONFIDENCE_THRESHOLD, confidenceFeatures, confidenceOf } from "./ranking/confidence.ts";
import { EvidenceReader, EvidenceTable } from "./ranking/evidence.ts";
import { addTopDocuments } from "./ranking/max-score.ts";
import { areNearDuplicates, type Comparable, comparableOf } from "./ranking/near-duplicates.ts";
import { PostingCursor } from "./ranking/posting-cursor.ts";
import { type Candidate, type Ranked, rerank } from "./ranking/rerank.ts";
import { FIELDS, RERANK_DEPTH, SCORE_SCALE } from "./ranking/scoring.ts";
import { makeSnippet } from "./ranking/snippet.ts";
import { TopDocuments } from "./ranking/top-documents.ts";
import { Translations } from "./ranking/translations.ts";
import type { SearchHit, SearchOptions, SearchResult } from "./search-options.ts";
import { isExactHit } from "./semantic/exact-hit.ts";
import { fuseRanks } from "./semantic/fuse-ranks.ts";
import type { Nearest } from "./semantic/nearest-scan.ts";

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 100;
const DEFAULT_SNIPPET_CHARS = 240;
/** What of a query is read, so that any query ends within its bound. */
const MAX_QUERY_CHARS = 4000;
/** Documents near in meaning that are fused with those that hold the words. */
export const MAX_NEAREST = 100;
/** Candidates a hit, when many hits are asked for. */
const DEPTH_PER_HIT = 2;
const UNTRANSLATED = { key: "", language: "" };
/** The names of the fields whose bits are set, by those bits. */
const FIELDS_OF_BITS = Array.from({ length: 1 << FIELDS.length }, (_, bits) =>
  FIELDS.filter((_name, field) => (bits & (1 << field)) !== 0),
);

/** What of a search its plan does not say. */
interface Asked {
  readonly query: string;
  /** The language that translations are preferred in. */
  readonly language: string;
  readonly filter: DocumentFilter;
  readonly limit: number;
  readonly snippetChars: number;
  readonly nearest: readonly Nearest[];
}

/** Answers queries over some segments as if they were one index. Synchronous, so one at a time. */
export class Searcher {
  readonly #statistics: TermStatistics;
  readonly #readers: readonly EvidenceReader[];
  readonly #filters: readonly DocumentFilters[];
  readonly #languages: readonly string[];
  readonly #evidence = new EvidenceTable(
    Math.max(RERANK_DEPTH, MAX_LIMIT * DEPTH_PER_HIT) + MAX_NEAREST,
  );
  readonly #blocks: Int32Array[] = [];
  #translations: Translations | undefined;

  constructor(segments: readonly Segment[]) {
    this.#statistics = new TermStatistics(segments);
    this.#readers = segments.map((segment) => new EvidenceReader(segment));
    this.#filters = segments.map((segment) => new DocumentFilters(segment));
    this.#languages = indexLanguages(segments);
  }

  get documentCount(): number {
    return this.#statistics.documentCount;
  }

  /** The test for documents that `options` allow, by their number in the index. */
  filterOf({ language = "", version, section }: SearchOptions): (document: number) => boolean {
    const preferred = language === "" ? [] : matchingLanguages(language, this.#languages);
    const filter: DocumentFilter = {
      ...(version === undefined ? {} : { version }),
      ...(section === undefined ? {} : { section }),
      ...(preferred.length === 0 ? {} : { languages: new Set(preferred) }),
    };
    const tests = this.#filters.map((filters) => filters.testFor(filter));
    if (tests.every((test) => test === undefined)) return () => true;
    return (document) => {
      const { part, local } = this.#locate(document);
      return tests[part]?.(local) ?? true;
    };
  }

  /** @param nearest documents to fuse with what the words find, the nearest first. */
  search(asked: string, options: SearchOptions, nearest: readonly Nearest[] = []): SearchResult {
    const query = asked.slice(0, MAX_QUERY_CHARS);
    const limit = checkedLimit(options.limit);
    const snippetChars = options.snippetChars ?? DEFAULT_SNIPPET_CHARS;
    if (!(snippetChars >= 0)) {
      throw new RangeError(`snippetChars: expected 0 or more, got ${snippetChars}`);
    }
    const filter = {
      ...(options.version === undefined ? {} : { version: options.version }),
      ...(options.section === undefined ? {} : { section: options.section }),
    };
    const { language = "" } = options;
    const preferred = language === "" ? [] : matchingLanguages(language, this.#languages);
    if (preferred.length > 0) {
      const languages = new Set(preferred);
      const own = { ...filter, languages };
      const result = this.#run(query, preferred, own, limit, snippetChars, nearest);
      if (result.total > 0) return result;
    }
    const languages = queryLanguages(query, this.#languages);
    return this.#run(query, languages, filter, limit, snippetChars, nearest);
  }

  #run(
    query: string,
    languages: readonly string[],
    filter: DocumentFilter,
    limit: number,
    snippetChars: number,
    nearest: readonly Nearest[],
  ): SearchResult {
    const words = parseQuery(query, languages);
    const isTyping = !/\s$/u.test(query);
    const plan = planQuery(words, this.#statistics, languages, isTyping);
    const [language = ""] = languages;
    const asked = { query, language, filter, limit, snippetChars, nearest };
    const result = this.#answer(plan, asked);
    if (result.confidence >= CONFIDENCE_THRESHOLD) return result;
    if (!words.some((word) => isDoubtful(word, this.#statistics))) return result;
    const doubted = planQuery(words, this.#statistics, languages, isTyping, true);
    if (doubted.terms.length === plan.terms.length) return result;
    const other = this.#answer(doubted, asked);
    return other.confidence > result.confidence ? other : result;
  }

  #answer(
    plan: QueryPlan,
    { query, language, filter, limit, snippetChars, nearest }: Asked,
  ): SearchResult {
    if (plan.terms.length === 0 && nearest.length === 0)
      return { hits: [], total: 0, confidence: 0 };
    for (const [part, reader] of this.#readers.entries()) reader.open(plan, part);
    try {
      const { candidates, total } = this.#candidates(plan, filter, limit);
      const ranked = rerank(candidates, this.#evidence, plan);
      const fused = nearest.length === 0 ? ranked : this.#fuse(ranked, nearest, plan);
      const kept = this.#collapse(fused, language, limit);
      const [best] = ranked;
      return {
        hits: kept.map((hit) => this.#hitOf(hit, plan, snippetChars)),
        total,
        ...this.#confidence(ranked, plan),
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
    const top = new TopDocuments(Math.max(RERANK_DEPTH, limit * DEPTH_PER_HIT));
    let total = 0;
    for (const [index, { segment, base, weights }] of this.#statistics.parts.entries()) {
      const cursors: PostingCursor[] = [];
      for (const { known, weight } of plan.terms) {
        const number = known.numbers[index] ?? -1;
        if (number < 0) continue;
        const block = (this.#blocks[cursors.length] ??= new Int32Array(BLOCK_POSTINGS));
        cursors.push(new PostingCursor(segment, weights, number, weight * SCORE_SCALE, block));
      }
      const accepts = this.#filters[index]?.testFor(filter);
      total += addTopDocuments(cursors, segment.documentCount, base, accepts, top);
    }
    this.#evidence.reset(plan.words.length);
    const candidates = top.take().map(({ document, score }, row): Candidate => {
      const { part, segment, local } = this.#locate(document);
      this.#readers[part]!.read(local, this.#evidence, row);
      const page = this.#statistics.parts[part]!.groupBase + segment.documentGroups[local]!;
      return { document, page, score };
    });
    return { candidates, total };
  }

  /** The ranking of the words and that of the meaning as one. */
  #fuse(ranked: readonly Ranked[], nearest: readonly Nearest[], plan: QueryPlan): Ranked[] {
    const known = new Map(ranked.map((hit) => [hit.candidate.document, hit]));
    // Rows of what the words did not find come after those of what they found.
    let row = ranked.length;
    for (const { document } of nearest.slice(0, MAX_NEAREST)) {
      if (known.has(document)) continue;
      const { part, segment, local } = this.#locate(document);
      this.#readers[part]!.read(local, this.#evidence, row);
      const page = this.#statistics.parts[part]!.groupBase + segment.documentGroups[local]!;
      known.set(document, { candidate: { document, page, score: 0 }, row, rank: 0 });
      row += 1;
    }
    const fused = fuseRanks([
      ranked.map(({ candidate }) => candidate.document),
      nearest.slice(0, MAX_NEAREST).map(({ document }) => document),
    ]).map(({ item, score }): Ranked => ({ ...known.get(item)!, rank: score }));
    const [best] = ranked;
    if (!best || !isExactHit(best.row, this.#evidence, plan)) return fused;
    const first = { ...best, rank: fused[0]?.rank ?? 0 };
    return [first, ...fused.filter(({ row: other }) => other !== best.row)];
  }

  /** One hit for a page in several languages, and one for what is said twice. */
  #collapse(ranked: readonly Ranked[], language: string, limit: number): Ranked[] {
    const chosen = new Map<string, string>();
    for (const { candidate } of ranked) {
      const { key, language: own } = this.#translationOf(candidate.document);
      if (key !== "" && (own === language || !chosen.has(key))) chosen.set(key, own);
    }
    const kept: Ranked[] = [];
    const seen: Comparable[] = [];
    for (const hit of ranked) {
      if (kept.length === limit) break;
      const { key, language: own } = this.#translationOf(hit.candidate.document);
      if (key !== "" && chosen.get(key) !== own) continue;
      const { segment, local } = this.#locate(hit.candidate.document);
      const comparable = comparableOf(segment, local, hit.candidate.score);
      if (seen.some((other) => areNearDuplicates(other, comparable))) continue;
      kept.push(hit);
      seen.push(comparable);
    }
    return kept;
  }

  #translationOf(document: number): { readonly key: string; readonly language: string } {
    const { segment, local } = this.#locate(document);
    const key = segment.groupTranslationKeys[segment.documentGroups[local]!]!;
    if (key === 0) return UNTRANSLATED;
    return {
      key: segment.names.text(key),
      language: segment.names.text(segment.documentLanguages[local]!),
    };
  }

  #locate(document: number): {
    readonly part: number;
    readonly segment: Segment;
    readonly local: number;
  } {
    const part = this.#statistics.partOf(document);
    const { segment, base } = this.#statistics.parts[part]!;
    return { part, segment, local: document - base };
  }

  #hitOf(hit: Ranked, plan: QueryPlan, snippetChars: number): SearchHit {
    const { part, segment, local } = this.#locate(hit.candidate.document);
    const reader = this.#readers[part]!;
    const { key } = this.#translationOf(hit.candidate.document);
    this.#translations ??= new Translations(this.#statistics.parts);
    return {
      id: segment.documentIds.text(local),
      group: segment.groupIds.text(segment.documentGroups[local]!),
      score: hit.rank,
      snippet: makeSnippet(segment, local, reader, plan, snippetChars),
      matched: plan.words.flatMap(({ text }, word) => {
        const bits = this.#evidence.fields[hit.row * plan.words.length + word]!;
        return bits === 0 ? [] : [{ term: text, fields: FIELDS_OF_BITS[bits] ?? [] }];
      }),
      translations: key === "" ? [] : this.#translations.of(key),
    };
  }

  #confidence(
    ranked: readonly Ranked[],
    plan: QueryPlan,
  ): Pick<SearchResult, "confidence" | "confidenceFeatures"> {
    if (ranked.length === 0) return { confidence: 0 };
    const features = confidenceFeatures(ranked, this.#evidence, plan);
    return { confidence: confidenceOf(features), confidenceFeatures: features };
  }

  /** The query with the words put in that were searched instead, as the best hit spells them. */
  #correction(
    query: string,
    plan: QueryPlan,
    best: Ranked | undefined,
  ): { readonly corrected?: string } {
    if (!best) return {};
    const { segment } = this.#locate(best.candidate.document);
    let corrected = query;
    for (const [word, { text, state }] of plan.words.entries()) {
      const surface = this.#evidence.surfaces[best.row * plan.words.length + word]!;
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
