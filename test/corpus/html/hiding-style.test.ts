import { describe, expect, it } from "vitest";
import { isHidingStyle } from "../../../src/corpus/html/hiding-style.ts";

describe("isHidingStyle", () => {
  it.each([
    "display:none",
    "color:red; DISPLAY : None !important",
    "display:/* really */none",
    "visibility:hidden",
    "visibility: collapse",
    "content-visibility:hidden",
    ...["opacity:0", "opacity: 0.0 ;", "opacity:.01", "opacity:0%", "opacity:1%"],
    ...["font-size:0", "font-size:1px", "font-size:.01em", "font-size: 1%", "font-size:0.5pt"],
    ...["color:transparent", "color:#fff0", "color:#ffffff00", "color:rgba(0,0,0,0)"],
    ...[
      "color: rgb(0 0 0 / 0%)",
      "color:white;background:white",
      "background-color:#fff;color:#fff",
    ],
    "position:absolute;left:-9999px",
    "position:absolute; top: -1000em",
    "position:fixed;right:-200vw",
    "position:relative;left:-10000px",
    "position:absolute;inset:-9999px auto auto -9999px",
    ...["text-indent:-9999px", "margin-left:-9999px", "margin:0 0 0 -5000px"],
    ...["transform:translateX(-9999px)", "transform:translate(-200vw, 0)", "transform:scale(0)"],
    "transform: rotate(2deg) scaleX(0.0)",
    ...["scale:0", "translate:-9999px"],
    "overflow:hidden;height:0",
    "width:1px;height:1px;overflow:hidden",
    "overflow:hidden;max-height:0px",
    "position:absolute;clip:rect(0 0 0 0)",
    "clip: rect(1px, 1px, 1px, 1px)",
    ...["clip-path:inset(50%)", "clip-path: inset(100% 0 0 0)", "clip-path:circle(0)"],
    `${"a:b;".repeat(4_000)}display:none`,
  ])("%s", (style) => expect(isHidingStyle(style)).toBe(true));

  it.each([
    "",
    "display",
    "display:block",
    "display:none;display:block",
    "font-size:0.9em; opacity:0.8",
    ...["font-size:12px", "font-size:90%", "font-size:large", "opacity:100%", "opacity:inherit"],
    ...["color:#f00", "color:#000", "color:rgba(0,0,0,.5)", "color:rgb(0,0,0)"],
    "color:white;background:black",
    "color:inherit;background:inherit",
    "position:absolute;left:-10px;top:100%",
    "position:relative;top:-2em",
    "left:-9999px",
    ...["text-indent:-2em", "margin-left:-40px", "margin:0 auto"],
    ...[
      "transform:scale(0.5)",
      "transform:translateY(-50%)",
      "transform:translate(-50%, -100%)",
      "transform:rotate(-900deg)",
    ],
    ...["width:1px", "height:0", "overflow:hidden", "overflow:hidden;height:20px"],
    ...["clip:auto", "clip-path:inset(10px)", "clip-path:url(#display:none)"],
    "background:url(display:none.png)",
  ])("%s does not", (style) => expect(isHidingStyle(style)).toBe(false));
});
