import { describe, expect, it } from "vitest";
import { isOpenapi } from "../../../src/corpus/openapi/is-openapi.ts";
import { readOpenapi } from "../../../src/corpus/openapi/read-openapi.ts";
import { documentOf, type ReadDocument } from "../../../src/corpus/read-document.ts";

const read = (api: object): ReadDocument =>
  documentOf(readOpenapi(JSON.stringify({ openapi: "3.0.3", info: { title: "T" }, ...api }), 100));
const refused = { code: "ERR_PAGE_UNREADABLE" };

describe("readOpenapi", () => {
  it("is chosen by what a file says, not by its name", () => {
    expect(isOpenapi("# x\nopenapi: 3.1.0\n")).toBe(true);
    expect(isOpenapi('{"components": {}, "openapi": "3.0.0"}')).toBe(true);
    expect(isOpenapi("swagger: '2.0'\n")).toBe(false);
    expect(isOpenapi("text: |\n  openapi: 3.1.0\n")).toBe(false);
  });

  it("gives anchors that last: the operationId, or method and path", () => {
    const { sections } = read({
      paths: { "/a/{b}": { get: { operationId: "getB" }, post: {} } },
      components: { schemas: { "My.Type": { type: "string" } } },
    });
    expect(sections.map(({ anchor }) => anchor)).toEqual([
      "",
      "operation/getB",
      "operation/post-a-b",
      "schemas",
      "schema/My.Type",
    ]);
  });

  it("follows references inside the document, as far as they lead", () => {
    const { markdown } = read({
      paths: {
        "/a": { $ref: "#/components/pathItems/a~1b" },
        "/loop": { $ref: "#/paths/~1loop" },
        "/out": { $ref: "other.yaml#/x" },
        "/gone": { $ref: "#/nowhere" },
      },
      components: { pathItems: { "a/b": { get: { summary: "Found" } } } },
    });
    expect(markdown).toContain("## Found (GET /a)");
    expect(markdown).not.toMatch(/loop|out|gone/);
  });

  it("ends on schemas that contain themselves", () => {
    const node: Record<string, unknown> = { type: "object" };
    node["properties"] = { next: { $ref: "#/components/schemas/Node" } };
    const deep = Array.from({ length: 90 }).reduce<object>(
      (inner) => ({ type: "object", properties: { x: inner } }),
      { type: "string" },
    );
    const { markdown } = read({ components: { schemas: { Node: node, Deep: deep } } });
    expect(markdown).toContain("- `next` (Node)");
    expect(markdown).toContain("        - `x` (object)");
  });

  it.each([
    ["other JSON", '{"openapi": 3}'],
    ["Swagger 2", '{"swagger": "2.0"}'],
    ["no JSON", '{"openapi": "3.0.0"'],
    ["bad YAML", "openapi: 3.0.0\n- x\n\t: {"],
    ["nesting", `{"openapi": "3.0.0", "x": ${"[".repeat(5000)}${"]".repeat(5000)}}`],
    ["nesting in YAML", `openapi: 3.0.0\nx: ${"[".repeat(5000)}${"]".repeat(5000)}`],
    [
      "aliases that multiply",
      `openapi: 3.0.0\na0: &a0 [x]\n${Array.from({ length: 20 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at},`.repeat(9)}]`).join("\n")}`,
    ],
  ])("refuses %s in one sentence", (_, text) => {
    expect(() => readOpenapi(text, 100)).toThrow(expect.objectContaining(refused));
  });

  it("refuses a small document that unfolds into a large one", () => {
    const properties = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [
        `p${at}`,
        { type: "string", description: "x".repeat(2000) },
      ]),
    );
    const paths = Object.fromEntries(
      Array.from({ length: 2000 }, (_, at) => [
        `/${at}`,
        { get: { responses: { 200: { $ref: "#/components/responses/R" } } } },
      ]),
    );
    const content = { "application/json": { schema: { type: "object", properties } } };
    expect(() => read({ paths, components: { responses: { R: { content } } } })).toThrow(
      /too long/,
    );
  });
});
