/** Longest `style` that is looked at; no author writes a longer one. */
const MAX_STYLE_CHARS = 20_000;
/** Farther than this beyond an edge, in pixels, nobody sees it. */
const OFF_SCREEN_PX = 500;
/** Letters and boxes up to this are not seen, in pixels. */
const TINY_PX = 1;

const PERCENT_PX = 4;

/** What a unit is in pixels, near enough to tell a page from nowhere. */
const PX_OF_UNIT: Readonly<Record<string, number>> = {
  ...{ px: 1, pt: 1.3, pc: 16, in: 96, cm: 38, mm: 3.8, em: 16, rem: 16, ex: 8, ch: 8, lh: 20 },
  // A share may be one of something small: `translateY(-100%)` puts a hint above its button.
  ...{ "%": PERCENT_PX, vw: 10, vh: 10, vmin: 10, vmax: 10, "": 1 },
};
const EDGES = "left top right bottom inset inset-inline-start inset-block-start".split(" ");
const SHIFTS = "margin-left margin-top margin text-indent translate".split(" ");
const SIZES = "width height max-width max-height".split(" ");

/**
 * Whether a `style` keeps an element from being seen: switched off, transparent, of no size, cut to
 * nothing, or moved off the screen. What style sheets do is not known here.
 */
export function isHidingStyle(style: string): boolean {
  const declared = declarationsOf(style.slice(0, MAX_STYLE_CHARS));
  const valueOf = (name: string): string => declared.get(name) ?? "";
  const isAway = (name: string): boolean =>
    pixelsIn(valueOf(name)).some((px) => px <= -OFF_SCREEN_PX);
  const isTiny = (name: string): boolean => pixelsIn(valueOf(name)).some((px) => px <= TINY_PX);

  if (valueOf("display") === "none" || valueOf("content-visibility") === "hidden") return true;
  if (/^(?:hidden|collapse)$/.test(valueOf("visibility"))) return true;
  if (declared.has("opacity") && shareIn(valueOf("opacity")) < 0.05) return true;
  if (isTinyFont(valueOf("font-size"))) return true;
  if (isTransparent(valueOf("color")) || isOnItsOwnColour(declared)) return true;
  if (/^(?:absolute|fixed|relative)$/.test(valueOf("position")) && EDGES.some(isAway)) return true;
  if (SHIFTS.some(isAway)) return true;
  if (isMovedAway(valueOf("transform")) || valueOf("scale").startsWith("0")) return true;
  if (/^(?:hidden|clip)/.test(valueOf("overflow")) && SIZES.some(isTiny)) return true;
  return isCut(valueOf("clip"), valueOf("clip-path"));
}

/** By name; the last of a name counts, as browsers have it. */
function declarationsOf(style: string): ReadonlyMap<string, string> {
  const [first = "", ...others] = style.split("/*");
  const plain = [first, ...others.map((part) => part.split("*/").slice(1).join("*/"))].join("");
  const declared = new Map<string, string>();
  for (const declaration of plain.toLowerCase().split(";")) {
    const colon = declaration.indexOf(":");
    if (colon < 0) continue;
    const value = declaration.slice(colon + 1).replace("!important", "");
    declared.set(declaration.slice(0, colon).trim(), value.trim());
  }
  return declared;
}

/** The lengths in a value, in pixels. */
function pixelsIn(value: string): number[] {
  return Array.from(
    value.matchAll(/(-?)(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})([a-z%]{0,5})/g),
    ([, sign, number = "", unit = ""]) =>
      (sign === "-" ? -1 : 1) * Number(number) * (PX_OF_UNIT[unit] ?? Number.NaN),
  );
}

/** `0.5` and `50%`; 1 for what is no number. */
function shareIn(value: string): number {
  const share = Number.parseFloat(value) / (value.endsWith("%") ? 100 : 1);
  return Number.isNaN(share) ? 1 : share;
}

function isTinyFont(value: string): boolean {
  const [px] = pixelsIn(value);
  // A share is one of the letters round it.
  const size = px !== undefined && value.endsWith("%") ? (px / PERCENT_PX / 100) * 16 : px;
  return size !== undefined && size <= TINY_PX;
}

function isTransparent(colour: string): boolean {
  if (colour === "transparent" || /^#(?:[\da-f]{3}0|[\da-f]{6}00)$/.test(colour)) return true;
  const alpha = /^(?:rgb|hsl)a?\([^)]{0,100}[,/]\s?([\d.]{1,9}%?)\s?\)$/.exec(colour);
  const hasAlpha = alpha !== null && (colour.includes("/") || colour.split(",").length === 4);
  return hasAlpha && shareIn(alpha[1] ?? "") < 0.05;
}

/** White letters on white, where the style says both. */
function isOnItsOwnColour(declared: ReadonlyMap<string, string>): boolean {
  const colour = declared.get("color");
  const ground = declared.get("background-color") ?? declared.get("background");
  return colour !== undefined && colour !== "inherit" && colour === ground;
}

function isMovedAway(transform: string): boolean {
  if (/scale[xy3d]{0,2}\(\s?0(?:\.0{1,9})?\s?[,)]/.test(transform)) return true;
  return transform.includes("translate") && pixelsIn(transform).some((px) => px <= -OFF_SCREEN_PX);
}

function isCut(clip: string, clipPath: string): boolean {
  if (clip.startsWith("rect(")) return pixelsIn(clip).every((px) => Math.abs(px) <= TINY_PX);
  if (/^circle\(\s?0/.test(clipPath)) return true;
  return /^inset\(\s?(?:[5-9]\d|\d{3,9})(?:\.\d{0,9})?%/.test(clipPath);
}
