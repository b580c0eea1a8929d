import { isLatin, LATIN_PHRASES, OTHER_PHRASES } from "./instruction-phrases.ts";

/** What a passage tries to do to the model that reads it. */
export type InstructionKind =
  /** "Ignore all previous instructions" and its kin. */
  | "override"
  /** "You are now ...", "from now on you must ...". */
  | "role-change"
  /** "Do not tell the user". */
  | "secrecy"
  /** Tags and tokens by which a chat is put together: `<|im_start|>`, `<system>`, `[INST]`. */
  | "chat-markup"
  /** The markup of a tool's call or result, and orders to call one. */
  | "tool-call"
  /** A command fetched from the network and run at once: `curl ... | sh`. */
  | "piped-command";

/** A passage that speaks to the model: UTF-16 offsets, half-open. */
export interface InstructionLike {
  readonly kind: InstructionKind;
  readonly start: number;
  readonly end: number;
}

const WHOSE = "(?:all|any|every|each|the|of|your|my|our|these|those|this|that|its)";
const EARLIER =
  "(?:previous|previously|prior|preceding|earlier|above|foregoing|existing|original|initial|current|system|developer)";
const ORDERS =
  "(?:instructions?|prompts?|directions?|directives?|guidelines?|rules|orders|context|messages?|guardrails?|safeguards?)";
const S = "[\\s*_]{1,8}";

/**
 * Patterns by kind, of what is in English or in no language. Every repetition is bounded and no two neighbours match the same, so the time
 * is linear in the text, whatever is in it.
 */
const PATTERNS: readonly (readonly [kind: InstructionKind, pattern: RegExp])[] = [
  [
    "override",
    new RegExp(
      `\\b(?:ignore|disregard|forget|override|bypass|discard|neglect)${S}(?:${WHOSE}${S}){0,4}(?:${EARLIER}${S}){1,2}(?:and${S}${EARLIER}${S})?(?:${WHOSE}${S})?${ORDERS}\\b`,
      "gi",
    ),
  ],
  [
    "override",
    new RegExp(
      `\\b(?:ignore|disregard|forget)${S}(?:everything|anything|all|what)${S}(?:that${S})?(?:(?:you${S}(?:were|have${S}been|are)${S}(?:told|given|instructed))|(?:(?:was${S})?(?:said${S}|written${S})?(?:above|before${S}this)))\\b`,
      "gi",
    ),
  ],
  [
    "role-change",
    /\byou are now (?:(?:an?|the|in|my|acting|operating|no longer)[ \t]{1,4})?(?:(?:unrestricted|unfiltered|jailbroken|different|new|evil|helpful|uncensored|developer|admin|root|god|debug|dan)\b)/gi,
  ],
  [
    "role-change",
    /\b(?:from now on|starting now|henceforth),?[ \t]{1,4}you[ \t]{1,4}(?:must|will|shall|should|are to|are an?)\b|\b(?:assistant|ai|model|llm|chatbot|agent)[ \t]{0,4}[:,][ \t]{0,4}you[ \t]{1,4}(?:must|are now|will now|shall)\b/gi,
  ],
  [
    "secrecy",
    /\b(?:do not|don['’]t|never|must not|without)[ \t]{1,4}(?:tell(?:ing)?|inform(?:ing)?|alert(?:ing)?|notify(?:ing)?|mention(?:ing)?(?:[ \t]{1,4}(?:this|it|that))?(?:[ \t]{1,4}to)|reveal(?:ing)?[ \t]{1,4}(?:this|it|that)[ \t]{1,4}to|show(?:ing)?[ \t]{1,4}this[ \t]{1,4}to)[ \t]{1,4}(?:the|your)[ \t]{1,4}(?:user|human|operator)\b/gi,
  ],
  [
    "chat-markup",
    /<\|{1,2}[ \t]{0,2}(?:im_start|im_end|im_sep|system|user|assistant|end|endoftext|endofprompt|begin_of_text|end_of_text|start_header_id|end_header_id|eot_id|eom_id|start|channel|message|return)[ \t]{0,2}\|{1,2}>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:start_of_turn|end_of_turn)>|<\/?(?:system|assistant|system[-_]prompt|system[-_]message|system[-_]reminder|human)>/gi,
  ],
  [
    "chat-markup",
    /^[ \t>#*_]{0,8}(?:system|developer)[ \t]{1,2}(?:prompt|message|override|instruction)s?[*_]{0,3}[ \t]{0,4}:/gim,
  ],
  [
    "tool-call",
    /<\/?(?:antml:|[a-z]{1,12}:)?(?:function_calls?|function_results?|tool_calls?|tool_results?|tool_use|tool_response|tool_outputs?|invoke[ \t]{1,4}name=)(?:[ \t]{1,4}[^<>\n]{0,200})?>?/gi,
  ],
  [
    "tool-call",
    /\[\/?TOOL_(?:CALLS|RESULTS)\]|\b(?:you must|please|now|immediately|assistant,)[ \t]{1,4}(?:call|invoke|use|run)[ \t]{1,4}the[ \t]{1,4}[`"']?[\w-]{1,40}[`"']?[ \t]{1,4}tool[ \t]{1,4}(?:to[ \t]{1,4}(?:send|upload|post|exfiltrate|delete|forward)|with[ \t]{1,4}(?:the[ \t]{1,4})?(?:user|secrets?|credentials?|contents?))/gi,
  ],
  [
    "piped-command",
    /\b(?:curl|wget|fetch)[ \t][^|\n]{0,500}\|[ \t]{0,8}(?:sudo[ \t]{1,4}(?:-[\w-]{1,20}[ \t]{1,4}){0,4})?(?:\/(?:usr\/)?bin\/)?(?:env[ \t]{1,4})?(?:ba|z|da|k|fi)?sh\b|\b(?:curl|wget|fetch)[ \t][^|\n]{0,500}\|[ \t]{0,8}(?:sudo[ \t]{1,4})?(?:python3?|perl|ruby|node|php)\b/gi,
  ],
  [
    "piped-command",
    /\b(?:iwr|irm|curl|wget|invoke-webrequest|invoke-restmethod)[ \t][^|\n]{0,500}\|[ \t]{0,8}(?:iex|invoke-expression)\b|\b(?:iex|invoke-expression)[ \t]{0,4}\(?[ \t&({]{0,8}(?:iwr|irm|invoke-webrequest|invoke-restmethod|new-object)\b|\b(?:ba|z|da)?sh[ \t]{1,4}(?:-c[ \t]{1,4})?["']?(?:<\(|\$\()[ \t]{0,4}(?:curl|wget)\b/gi,
  ],
];

const LATIN_PATTERNS = [...PATTERNS, ...LATIN_PHRASES];
const ALL_PATTERNS = [...LATIN_PATTERNS, ...OTHER_PHRASES];

/**
 * The passages of a text that speak to the model that reads it, in order; they may overlap. Pure,
 * and linear in the length of the text. It finds the usual forms, in English and the languages of
 * `instruction-phrases.ts`: it is one defence of several and no proof of innocence.
 */
export function findInstructionLike(text: string): InstructionLike[] {
  const found: InstructionLike[] = [];
  for (const [kind, pattern] of isLatin(text) ? LATIN_PATTERNS : ALL_PATTERNS) {
    // Not `matchAll`, which makes a copy of the pattern each time: most texts are titles and snippets.
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      found.push({ kind, start: match.index, end: match.index + match[0].length });
    }
  }
  if (found.length < 2) return found;
  return found.toSorted((a, b) => a.start - b.start || b.end - a.end);
}
