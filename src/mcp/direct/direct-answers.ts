import { ByteCache } from "../../lib/byte-cache.ts";
import { answerTool, type ToolAnswer } from "../call-tool.ts";
import type { McpOptions } from "../mcp-options.ts";
import { STATUS_TOOL } from "../server-status.ts";
import { keepSurface, type Surface } from "../surface.ts";
import { type DirectRequest, type Era, type MirrorHeaders, readRequest } from "./read-request.ts";
import { writeAnswer } from "./write-answer.ts";
import { type WrittenLists, writeLists } from "./written-lists.ts";

/**
 * The body of an answer with status 200, in three parts that are written one behind the other: JSON
 * in the one era, an event stream of one in the other.
 */
export interface DirectAnswer {
  readonly era: Era;
  readonly start: string;
  /** Shared with other answers: not to be changed. */
  readonly result: Buffer;
  readonly end: string;
}

/** MCP from a parsed body to a written one, for the requests that are nearly all of them. */
export interface DirectAnswers {
  /** A request that can be answered here; undefined for what is left to the SDK. Costs next to nothing. */
  read(body: unknown, headers: MirrorHeaders): DirectRequest | undefined;
  /**
   * The answer, byte for byte as the SDK gives it; undefined when there is no tool of that name.
   * Rejects or throws when a tool fails.
   */
  answer(request: DirectRequest): DirectAnswer | undefined | Promise<DirectAnswer | undefined>;
}

/** Answers that are kept, and for whom: what one caller asked must not be felt by another. */
const MAX_KEPT_BYTES = 8 * 1024 * 1024;
/** Longest arguments whose answer is kept, in characters of JSON. */
const MAX_KEPT_ARGUMENTS = 1_000;

/** The SDK's legacy leg frames every answer as an event, and ends the stream behind it. */
const START: Readonly<Record<Era, string>> = {
  modern: '{"result":',
  legacy: 'event: message\ndata: {"result":',
};
const END: Readonly<Record<Era, string>> = { modern: "}", legacy: "}\n\n" };

interface Written {
  readonly surface: Surface;
  readonly lists: WrittenLists;
  /** Results of tools by name and arguments; absent when they are not to be kept. */
  readonly results: ByteCache | undefined;
}

export function createDirectAnswers(options: McpOptions): DirectAnswers {
  const surfaceNow = keepSurface(options);
  let kept: Written | undefined;
  const written = (): Written => {
    const surface = surfaceNow();
    if (kept?.surface !== surface) {
      const results = isKeepable(surface, options) ? new ByteCache(MAX_KEPT_BYTES) : undefined;
      kept = { surface, lists: writeLists(surface, options), results };
    }
    return kept;
  };
  return {
    read: readRequest,
    answer(request) {
      const { era, call } = request;
      if (call.kind === "tool") return toolAnswer(request, call.name, call.given, written());
      return frame(request, written().lists[call.kind](era, call.version));
    },
  };
}

/**
 * By meaning, the answer depends on an endpoint that may be away; of private pages nothing is kept;
 * and queries without an answer are counted each time that they come.
 */
function isKeepable({ context }: Surface, { cacheScope, onUnanswered }: McpOptions): boolean {
  return cacheScope !== "private" && !onUnanswered && !context.catalog.searchSemantically;
}

function toolAnswer(
  request: DirectRequest,
  name: string,
  given: Readonly<Record<string, unknown>>,
  { surface, lists, results }: Written,
): DirectAnswer | undefined | Promise<DirectAnswer | undefined> {
  const around = lists.aroundTool[request.era];
  // How the server is changes by the second.
  const isKept = results !== undefined && name !== STATUS_TOOL;
  const key = isKept ? `${name} ${JSON.stringify(given)}` : undefined;
  const known = key === undefined ? undefined : results?.get(key);
  if (known) return frame(request, known, around);

  const finish = (answer: ToolAnswer): DirectAnswer => {
    const bytes = writeAnswer(answer);
    if (key !== undefined && key.length <= MAX_KEPT_ARGUMENTS) results?.set(key, bytes);
    return frame(request, bytes, around);
  };
  const answer = answerTool(surface.context, name, given);
  return answer instanceof Promise ? answer.then(finish) : answer && finish(answer);
}

const BARE = { start: "", end: "" };

/** What was written before is not copied: only what is round it is new. */
function frame({ era, id }: DirectRequest, result: Buffer, { start, end } = BARE): DirectAnswer {
  return {
    era,
    start: START[era] + start,
    result,
    end: `${end},"jsonrpc":"2.0","id":${id}${END[era]}`,
  };
}
