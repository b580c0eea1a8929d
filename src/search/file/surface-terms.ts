/**
 * Bits of a surface's flags that say the token's kind. Above them is its length in words, or, of a
 * pair, which is one word always, how many of its bytes are shown.
 */
export const SURFACE_KIND_BITS = 2;
export const SURFACE_KIND_MASK = 3;
/** What fits above the kind. */
export const MAX_SURFACE_VALUE = 63;

/** A surface without terms: punctuation. */
export const NO_TERM = 0x7fffffff;
/** From here on a surface's entry is a place in the lists of several terms. */
export const MANY_TERMS = 0x80000000;
/** Terms of one surface, at most: a path of a hundred parts is no better found by all of them. */
export const MAX_SURFACE_TERMS = 16;
/** Low bits of a list's entry: what an occurrence counts. */
export const UNITS_BITS = 3;
export const UNITS_MASK = 7;
