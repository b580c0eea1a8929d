import { analyzerFor, type TermRole } from "../analysis/analyze-word.ts";
import { normalizeWord } from "../analysis/fold.ts";
import {
  KIND_GLUED,
  KIND_OVERLAP,
  KIND_WORD,
  TokenBuffer,
  tokenize,
} from "../analysis/tokenizer.ts";
import { decodeUtf8, encodeUtf8 } from "../analysis/utf8.ts";

/** Distinct words that a query is made of, at most, so that any query ends within its bound. */
const MAX_QUERY_WORDS = 64;
/** Distinct stop words that are read for those. */
const MAX_STOP_WORDS = 64;
/** How often a word counts, at most: scores are added in 32 bits. */
const MAX_COUNT = 8;

const tokens = new TokenBuffer();

/** One meaning of a word: the terms that stand for it in the languages asked. */
export interface QueryConcept {
  readonly terms: readonly string[];
  readonly role: TermRole;
}

export interface QueryWord {
  /** As typed, compatibility forms and joiners normalised. */
  readonly text: string;
  /** Place among the query's tokens, stop words counted. */
  readonly position: number;
  readonly isStop: boolean;
  /** Whether the words of its script are separated by spaces. */
  readonly isSpaced: boolean;
  /** One character of an unspaced script on its own: it begins every pair that holds it. */
  readonly isHalfPair: boolean;
  readonly concepts: readonly QueryConcept[];
  /** How often the query says it. */
  readonly count: number;
}

/**
 * The words of a query, analysed as each of `languages` would be; the first one decides what is a
 * stop word. Stop words are dropped unless they are all there is. A word said twice is one word that
 * counts twice: BM25's query term frequency, which is what a long question is about.
 */
export function parseQuery(query: string, languages: readonly string[]): QueryWord[] {
  const bytes = encodeUtf8(query);
  tokenize(bytes, bytes.length, tokens);
  const analyzers = (languages.length === 0 ? [""] : languages).map(analyzerFor);
  const words = new Map<string, QueryWord>();
  for (let position = 0; position < tokens.count; position++) {
    if (repeatsPair(tokens, position)) continue;
    const surface = decodeUtf8(bytes, tokens.starts[position]!, tokens.ends[position]!);
    const text = normalizeWord(surface);
    const said = words.get(text);
    if (said) {
      words.set(text, { ...said, count: Math.min(MAX_COUNT, said.count + 1) });
      continue;
    }
    if (words.size === MAX_QUERY_WORDS + MAX_STOP_WORDS) break;
    const analysed = analyzers.map((analyzer) => analyzer.analyze(surface));
    const [first] = analysed;
    // How a word falls apart does not depend on the language; how its parts are stemmed does.
    const concepts = (first?.terms ?? []).map(({ role }, index) => ({
      role,
      terms: [...new Set(analysed.flatMap(({ terms }) => terms[index]?.term ?? []))],
    }));
    words.set(text, {
      text,
      position,
      isStop: first?.isStop === true,
      isSpaced: tokens.kinds[position] === KIND_WORD,
      isHalfPair:
        tokens.kinds[position] === KIND_GLUED &&
        Array.from(text).length === 1 &&
        !followsPair(tokens, position),
      concepts,
      count: 1,
    });
  }
  const content = [...words.values()].filter((word) => !word.isStop);
  return (content.length > 0 ? content : [...words.values()]).slice(0, MAX_QUERY_WORDS);
}

/** The last character of a run is a token so that it can be found alone; its pair says it already. */
function repeatsPair(tokens: TokenBuffer, position: number): boolean {
  return followsPair(tokens, position) && tokens.ends[position] === tokens.ends[position - 1];
}

/** Whether a token goes on where a pair before it ends. */
function followsPair(tokens: TokenBuffer, position: number): boolean {
  return (
    position > 0 &&
    tokens.kinds[position - 1] === KIND_OVERLAP &&
    tokens.shownEnds[position - 1] === tokens.starts[position]
  );
}
