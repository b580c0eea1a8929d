import type { CallToolResult } from "@modelcontextprotocol/server";
import { priceOf, tokensOf } from "./token-count.ts";
import { jsonResult, MAX_RESULT_CHARS } from "./tool-result.ts";
import { quoted, type WrittenHit } from "./written-hits.ts";

const START = '{"results":[';
const START_PRICE = priceOf(START);
const COMMA_PRICE = priceOf(",");
/** Before the text of a result, and between it and its value (see `jsonResult`). */
const BEFORE_TEXT = `"content":[{"type":"text","text":"${quoted(START)}`;
const BEFORE_VALUE = `"}],"structuredContent":${START}`;
const COMMA = 0x2c;

/**
 * The answer of `search`, `{"results": [...], ...}`, weighed before it is written: its length and
 * tokens are sums over results that were written before.
 */
export class SearchPayload {
  /** Length of its JSON, in UTF-16 units. */
  readonly chars: number;
  /** Of its JSON: see `countTokens`. */
  readonly tokens: number;
  readonly #hits: readonly WrittenHit[];
  readonly #rest: Readonly<Record<string, unknown>>;
  /** The JSON behind the last result. */
  readonly #end: string;

  /** @param rest the members behind `results`. */
  constructor(hits: readonly WrittenHit[], rest: Readonly<Record<string, unknown>>) {
    this.#hits = hits;
    this.#rest = rest;
    const members = JSON.stringify(rest).slice(1);
    this.#end = members === "}" ? "]}" : `],${members}`;
    const commas = Math.max(0, hits.length - 1);
    let chars = START.length + commas + this.#end.length;
    let price = START_PRICE + commas * COMMA_PRICE + priceOf(this.#end);
    for (const hit of hits) {
      chars += hit.chars;
      price += hit.price;
    }
    this.chars = chars;
    this.tokens = tokensOf(price);
  }

  /** Whether it is within both bounds of a result. */
  fits(maxTokens: number): boolean {
    return this.chars <= MAX_RESULT_CHARS && this.tokens <= maxTokens;
  }

  result(): CallToolResult {
    const results = this.#hits.map(({ bytes, jsonBytes }) => bytes.toString("utf8", 0, jsonBytes));
    const text = START + results.join(",") + this.#end;
    return jsonResult(text, {
      results: results.map((one): unknown => JSON.parse(one)),
      ...this.#rest,
    });
  }

  /** The members of {@link SearchPayload.result} as JSON in UTF-8, with no braces round them. */
  members(): Buffer {
    const behindText = quoted(this.#end) + BEFORE_VALUE;
    const commas = Math.max(0, this.#hits.length - 1);
    const around = [BEFORE_TEXT, behindText, this.#end].reduce(
      (sum, part) => sum + Buffer.byteLength(part),
      2 * commas,
    );
    const bytes = Buffer.allocUnsafe(
      this.#hits.reduce((sum, hit) => sum + hit.bytes.byteLength, around),
    );
    let at = bytes.write(BEFORE_TEXT);
    for (const [i, hit] of this.#hits.entries()) {
      if (i > 0) bytes[at++] = COMMA;
      at += hit.bytes.copy(bytes, at, hit.jsonBytes);
    }
    at += bytes.write(behindText, at);
    for (const [i, hit] of this.#hits.entries()) {
      if (i > 0) bytes[at++] = COMMA;
      at += hit.bytes.copy(bytes, at, 0, hit.jsonBytes);
    }
    bytes.write(this.#end, at);
    return bytes;
  }
}
