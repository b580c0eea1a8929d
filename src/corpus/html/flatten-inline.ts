import { defaultTreeAdapter } from "parse5";
import { type ChildNode, type Element, isElement, type ParentNode } from "./parse-html.ts";

/** Elements with a place of their own, that stay even when empty. */
const KEPT = new Set(
  "html body main article section nav aside header footer address div p blockquote details summary dialog fieldset figure figcaption form hgroup h1 h2 h3 h4 h5 h6 dl dt dd ol ul li pre table caption thead tbody tfoot tr td th br hr img".split(
    " ",
  ),
);
/** Inline elements that mean something, once: `b` in `b` is no bolder. */
const FORMATTING = new Map<string, number>(
  "a b strong i em code kbd samp tt var s strike del q sub sup"
    .split(" ")
    .map((name, bit) => [name, 1 << bit]),
);

interface Frame {
  readonly parent: ParentNode;
  /** What becomes of the children, so far. */
  readonly kept: ChildNode[];
  next: number;
  /** Bits of the formatting elements that it is in. */
  readonly within: number;
}

/**
 * Takes the inline elements out of the tree that make no difference (their content stays): those
 * without a meaning in Markdown, formatting in the same formatting, and empty ones. What comes after
 * takes time in the square of the number of such elements in each other or in a row.
 */
export function flattenInline(root: ParentNode): void {
  const stack: Frame[] = [{ parent: root, kept: [], next: 0, within: 0 }];
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const child = frame.parent.childNodes[frame.next];
    if (child === undefined) {
      stack.pop();
      frame.parent.childNodes = frame.kept;
      const outer = stack.at(-1);
      if (outer && isElement(frame.parent)) keep(frame.parent, outer);
      continue;
    }
    frame.next += 1;
    if (isElement(child) && child.tagName !== "pre") {
      const within = frame.within | (FORMATTING.get(child.tagName) ?? 0);
      stack.push({ parent: child, kept: [], next: 0, within });
    } else frame.kept.push(child);
  }
}

/** Hands a finished element, or its content in its place, to the frame of its parent. */
function keep(element: Element, outer: Frame): void {
  const { tagName, childNodes } = element;
  const bit = FORMATTING.get(tagName) ?? 0;
  const unwrapped =
    bit === 0 ? !KEPT.has(tagName) : (outer.within & bit) !== 0 || childNodes.every(isBlank);
  if (unwrapped) {
    for (const child of childNodes) pushJoined(child, outer.kept);
    return;
  }
  const [before, after] = bit === 0 ? ["", ""] : trimEnds(childNodes);
  if (before !== "") pushJoined(defaultTreeAdapter.createTextNode(before), outer.kept);
  outer.kept.push(element);
  if (after !== "") outer.kept.push(defaultTreeAdapter.createTextNode(after));
}

/**
 * Takes the white space off the ends of formatted text, where Markdown cannot have it, and returns
 * what stood before and after.
 */
function trimEnds(nodes: readonly ChildNode[]): [before: string, after: string] {
  const [first, last] = [nodes[0], nodes.at(-1)];
  let [before, after] = ["", ""];
  if (first && "value" in first) {
    const rest = first.value.trimStart();
    before = first.value.slice(0, first.value.length - rest.length);
    first.value = rest;
  }
  if (last && "value" in last) {
    const rest = last.value.trimEnd();
    after = last.value.slice(rest.length);
    last.value = rest;
  }
  return [before, after];
}

const isBlank = (node: ChildNode): boolean => "value" in node && node.value.trim() === "";

/** Adds a node; text next to text becomes one node. */
function pushJoined(node: ChildNode, kept: ChildNode[]): void {
  const last = kept.at(-1);
  if (last && "value" in last && "value" in node) last.value += node.value;
  else kept.push(node);
}
