import { describe, expect, it } from "vitest";
import { splitFrontMatter } from "../../src/corpus/front-matter.ts";
import { DocportError } from "../../src/lib/errors.ts";

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("splitFrontMatter", () => {
  it.each([
    ["YAML", "---\ntitle: A\ntags: [x, y]\n---\nBody\n"],
    ["YAML that ends in dots", "---\ntitle: A\ntags:\n  - x\n  - y\n...\nBody\n"],
    ["TOML", '+++\ntitle = "A"\ntags = ["x", "y"]\n+++\nBody\n'],
    ["JSON", '{\n  "title": "A",\n  "tags": ["x", "y"]\n}\nBody\n'],
    ["JSON in one line", '{"title": "A", "tags": ["x", "y"]}\nBody\n'],
  ])("reads %s", (_, content) => {
    const { frontMatter, body } = splitFrontMatter(content);
    expect(plain(frontMatter)).toEqual({ title: "A", tags: ["x", "y"] });
    expect(body).toBe("Body\n");
  });

  it.each([
    ["no front matter", "Body\n"],
    ["a break that is never closed", "---\nBody\n"],
    ["prose between thematic breaks", "---\nJust prose\n---\nBody\n"],
    ["a template expression", "{{ .Title }}\n}\n"],
    ["an attribute list", "{#id}\n"],
  ])("takes %s for text", (_, content) => {
    expect(splitFrontMatter(content).body).toBe(content);
    expect(plain(splitFrontMatter(content).frontMatter)).toEqual({});
  });

  it("gives dates as text, whatever the format", () => {
    const yaml = splitFrontMatter("---\ndate: 2026-01-02\n---\n").frontMatter;
    const toml = splitFrontMatter("+++\ndate = 2026-01-02\nat = 2026-01-02T03:04:05Z\n+++\n");
    expect(yaml["date"]).toBe("2026-01-02");
    expect(plain(toml.frontMatter)).toEqual({ date: "2026-01-02", at: "2026-01-02T03:04:05.000Z" });
  });

  it("cannot be used to reach a prototype", () => {
    const json = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}\n';
    const { frontMatter } = splitFrontMatter(json);
    expect(Object.getPrototypeOf(frontMatter)).toBeNull();
    expect(Object.keys(frontMatter)).toEqual(["constructor"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect("toString" in splitFrontMatter("---\na: 1\n---\n").frontMatter).toBe(false);
  });

  const bomb = Array.from(
    { length: 12 },
    (_, level) =>
      `a${level}: &a${level} [${Array(9)
        .fill(level === 0 ? "x" : `*a${level - 1}`)
        .join(", ")}]`,
  ).join("\n");

  it.each([
    ["YAML that is no YAML", "---\na: [1\n---\n", /YAML front matter cannot be read/],
    ["TOML that is no TOML", "+++\na = \n+++\n", /TOML front matter cannot be read/],
    ["JSON that is no JSON", '{\n"a": \n}\n', /JSON front matter cannot be read/],
    ["nested brackets", `---\na: ${"[".repeat(5000)}\n---\n`, /nested too deeply/],
    ["nested list markers", `---\n${"- ".repeat(5000)}x\n---\n`, /nested too deeply/],
    ["nested tables", `+++\na = ${"[".repeat(60)}${"{a = ".repeat(60)}\n+++\n`, /front matter/],
    ["aliases that multiply", `---\n${bomb}\n---\n`, /front matter/],
    ["40,000 marks of explicit keys", `---\n${"? ".repeat(40_000)}\n---\n`, /nested too deeply/],
    ["such marks in lines", `---\n${`${"? ".repeat(60)}\n`.repeat(800)}---\n`, /2,000 anchors/],
    ["marks below each other", `---\n${"? a\n".repeat(20_000)}---\n`, /2,000 anchors/],
    ["anchors in a row", `---\n${"&a ".repeat(30_000)}\n---\n`, /2,000 anchors/],
    ["tags in a row", `---\n${"!a ".repeat(30_000)}\n---\n`, /2,000 anchors/],
    ["aliases in a row", `---\n${"*a ".repeat(30_000)}\n---\n`, /2,000 anchors/],
    ["tags without a space", `---\n${"!<a>".repeat(20_000)}\n---\n`, /2,000 anchors/],
    ["more than it may be long", `---\na: ${"x".repeat(100_001)}\n---\n`, /longer than 100,000/],
  ])("refuses %s in one sentence", (_, content, reason) => {
    const attempt = (): unknown => splitFrontMatter(content);
    expect(attempt).toThrow(DocportError);
    expect(attempt).toThrow(reason);
    expect(attempt).not.toThrow(/\n/);
  });
});
