import type { MdxJsxFlowElement, MdxJsxTextElement } from "mdast-util-mdx-jsx";

type JsxElement = MdxJsxFlowElement | MdxJsxTextElement;

/** Properties of components that readers see. */
const VISIBLE = ["title", "label", "heading", "summary", "text", "caption", "description"];
/** Elements of HTML that show nothing of what is in them. */
const NOT_TEXT = new Set(["script", "style", "template", "noscript", "svg", "iframe", "video"]);
const STRING = /^\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`((?:[^`\\$]|\\.)*)`)\s*$/;

/** A property that is a string, written as `name="value"` or `name={"value"}`. */
export function jsxAttribute(element: JsxElement, name: string): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.type !== "mdxJsxAttribute" || attribute.name !== name) continue;
    if (typeof attribute.value === "string") return attribute.value;
    return attribute.value ? stringLiteral(attribute.value.value) : undefined;
  }
  return undefined;
}

/** Where a link or a card leads. */
export function jsxHref(element: JsxElement): string | undefined {
  return jsxAttribute(element, "href") ?? jsxAttribute(element, "to");
}

/** The text of an expression that is nothing but a string, such as `{" "}`. */
export function stringLiteral(expression: string): string | undefined {
  const match = STRING.exec(expression);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value?.replaceAll(/\\(.)/g, "$1");
}

/** The properties that stand for text, in one line; "" for an element of HTML. */
export function jsxTitle(element: JsxElement): string {
  if (!element.name || /^[a-z]+$/.test(element.name)) return "";
  const values = VISIBLE.map((name) => jsxAttribute(element, name)?.replaceAll(/\s+/g, " ").trim());
  return values.filter((value, index) => value && values.indexOf(value) === index).join(": ");
}

export function isHiddenJsx(element: JsxElement): boolean {
  if (NOT_TEXT.has(element.name ?? "")) return true;
  return element.attributes.some((attribute) => {
    if (attribute.type !== "mdxJsxAttribute") return false;
    if (attribute.name === "hidden") return true;
    return attribute.name === "aria-hidden" && jsxAttribute(element, "aria-hidden") === "true";
  });
}
