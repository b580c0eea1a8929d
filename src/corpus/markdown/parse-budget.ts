import { autolink, codeText, htmlText } from "micromark-core-commonmark";
import type { Construct, Extension, TokenizeContext } from "micromark-util-types";
import { DocportError } from "../../lib/errors.ts";

/**
 * Steps that one character of a page may cost on average beyond the one that reads it. Prose costs
 * below 5, so do dense reference pages; at the limit a megabyte takes seconds, not hours.
 */
const STEPS_PER_CHAR = 200;
const FREE_STEPS = 5_000_000;

const ASTERISK = 42;
const DASH = 45;
const LESS_THAN = 60;
const EQUALS_TO = 61;
const RIGHT_BRACKET = 93;
const UNDERSCORE = 95;
const GRAVE_ACCENT = 96;
const TILDE = 126;

/**
 * A micromark extension that changes nothing in what is read and bounds the work of reading it.
 * CommonMark has spots that take time in the square of a paragraph's length, in every parser that
 * backtracks: a `]`, `*` or `_` looks back over all that the paragraph holds so far; a backtick or
 * a `<` whose end is missing is scanned for to the end of the paragraph. Each of those steps is
 * counted, and a page that needs more than its length explains is refused.
 *
 * Good for one document of `length` characters; MDX has no HTML to scan for. Throws ERR_PAGE_UNREADABLE while parsing.
 */
export function parseBudget(length: number, mdx: boolean): Extension {
  let steps = FREE_STEPS + STEPS_PER_CHAR * length;
  const spend = (count: number): void => {
    steps -= count;
    if (steps >= 0) return;
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
        spend(this.now().offset - from);
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
