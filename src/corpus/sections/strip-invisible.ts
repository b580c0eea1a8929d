/**
 * What no reader sees but a model would: controls, bidi overrides, zero-width and tag characters,
 * lone surrogates. A flag made of tag characters comes first, so that it is met as a whole.
 */
const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- they are what is sought
  /\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f}|[\p{Cs}\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const ANY_INVISIBLE = new RegExp(INVISIBLE.source, "u");

/** Scripts whose spelling needs the zero-width joiner and non-joiner (UAX #31, 2.3). */
const AFTER_JOINING_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]\p{Mn}{0,4}$/u;
/** Scripts that separate words by a zero-width space, for want of a visible one. */
const AFTER_SPACELESS_SCRIPT =
  /[\p{Script=Khmer}\p{Script=Thai}\p{Script=Lao}\p{Script=Myanmar}\p{Script=Tibetan}\p{Script=Javanese}]$/u;
const AFTER_EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\u{fe0f}]$/u;
const BEFORE_EMOJI = /^\p{Extended_Pictographic}/u;
const AFTER_HAN = /\p{Script=Han}$/u;
const AFTER_MONGOLIAN = /\p{Script=Mongolian}$/u;
/** Shapes of Han characters: standardized ones, and those of the ideographic database. */
const HAN_VARIANT = /^[\ufe00-\ufe02\u{e0100}-\u{e01ef}]$/u;
const MONGOLIAN_VARIANT = /^[\u180b-\u180d\u180f]$/u;

/** Breaks between words that are not a plain space or line feed: form feed, U+0085, U+2028... */
// oxlint-disable-next-line no-control-regex -- controls are what is sought
const BREAK = /^[\u000b\u000c\u0085\u2028\u2029]$/u;

/**
 * The text without characters that nobody sees: NUL and other controls, zero-width and bidi
 * controls, tag characters, soft hyphens. Kept are the joiners where a script or an emoji needs
 * them, the zero-width spaces of scripts that write no other, flags, and variants of Han and
 * Mongolian characters. Line feeds and tabs stay; other line breaks become a space; a lone surrogate becomes
 * U+FFFD. Takes time linear in the text.
 */
export function stripInvisible(text: string): string {
  if (!ANY_INVISIBLE.test(text)) return text;
  return text.replaceAll(INVISIBLE, (found, offset: number) => {
    if (found.length > 2) return found;
    const before = text.slice(Math.max(0, offset - 4), offset);
    const after = text.slice(offset + found.length, offset + found.length + 2);
    return isNeeded(found, before, after) ? found : replacementOf(found);
  });
}

function isNeeded(found: string, before: string, after: string): boolean {
  switch (found) {
    case "\u200c":
      return AFTER_JOINING_SCRIPT.test(before);
    case "\u200d":
      return (
        AFTER_JOINING_SCRIPT.test(before) || (AFTER_EMOJI.test(before) && BEFORE_EMOJI.test(after))
      );
    case "\u200b":
      return AFTER_SPACELESS_SCRIPT.test(before);
    default:
      return (
        (HAN_VARIANT.test(found) && AFTER_HAN.test(before)) ||
        (MONGOLIAN_VARIANT.test(found) && AFTER_MONGOLIAN.test(before))
      );
  }
}

function replacementOf(found: string): string {
  if (BREAK.test(found)) return " ";
  return found.length === 1 && found >= "\ud800" && found <= "\udfff" ? "\ufffd" : "";
}

/** Line feeds for every kind of line end (CR LF, CR), and nothing invisible. */
export function normalizeText(text: string): string {
  return stripInvisible(text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text);
}
