import { autolink, codeText, htmlText } from "micromark-core-commonmark";
import type { Construct, Extension, TokenizeContext } from "micromark-util-types";
import { DocportError } from "../../lib/errors.ts";

/**
 * Steps that a page may take besides reading it once: a fraction of a second for any page, and
 * more in proportion to its length. The most that real pages took is 0.2 million.
 */
const STEPS_PER_CHAR = 200;
const FREE_STEPS = 50_000_000;
/** A character that is tokenized in vain takes as long as so many events that are looked at. */
const STEPS_PER_SCAN = 8;

const ASTERISK = 42;
const DASH = 45;
const LESS_THAN = 60;
const EQUALS_TO = 61;
const RIGHT_BRACKET = 93;
const UNDERSCORE = 95;
const GRAVE_ACCENT = 96;
const TILDE = 126;

/** What is left to spend; several texts may share one. */
export interface WorkBudget {
  steps: number;
}

/** What a text of `length` characters may cost. */
export function workBudget(length: number): WorkBudget {
  return { steps: FREE_STEPS + STEPS_PER_CHAR * length };
}

/** Adds what the length of one more text allows. */
export function extendBudget(budget: WorkBudget, length: number): void {
  budget.steps += STEPS_PER_CHAR * length;
}

/**
 * A micromark extension that changes nothing in what is read and bounds the work of reading it.
 * Some spots of Markdown take time in the square of a length: a `]`, `*` or `_` looks back over all
 * that its paragraph holds so far, an underline of a heading over the page; the end of a backtick or
 * a `<` that has none is looked for up to the end of the paragraph. Each of those steps is counted,
 * and a page that needs more than its length explains is refused.
 *
 * MDX has no HTML to scan for. Throws ERR_PAGE_UNREADABLE while parsing.
 */
export function parseBudget(budget: WorkBudget, mdx: boolean): Extension {
  const spend = (count: number): void => {
    budget.steps -= count;
    if (budget.steps >= 0) return;
    throw new DocportError(
      "ERR_PAGE_UNREADABLE",
      "a paragraph has too many brackets, stars, backticks or tags that do not close",
      { hint: "Put generated text into a code block, or break the paragraph up." },
    );
  };

  const lookBack: Construct = {
    tokenize(this: TokenizeContext, _effects, _ok, nok) {
      spend(this.events.length);
      return nok;
    },
  };

  /** The construct under another name (its own is disabled), paying for scans that came to nothing. */
  const counted = (construct: Construct): Construct => ({
    ...construct,
    name: `counted-${construct.name}`,
    tokenize(effects, ok, nok) {
      const from = this.now().offset;
      return construct.tokenize.call(this, effects, ok, (code) => {
        spend(STEPS_PER_SCAN * (this.now().offset - from));
        return nok(code);
      });
    },
  });

  return {
    disable: { null: ["autolink", "codeText", "htmlText"] },
    flow: { [DASH]: lookBack, [EQUALS_TO]: lookBack },
    text: {
      ...(mdx ? {} : { [LESS_THAN]: [counted(autolink), counted(htmlText)] }),
      [ASTERISK]: lookBack,
      [UNDERSCORE]: lookBack,
      [TILDE]: lookBack,
      [RIGHT_BRACKET]: lookBack,
      [GRAVE_ACCENT]: counted(codeText),
    },
  };
}
