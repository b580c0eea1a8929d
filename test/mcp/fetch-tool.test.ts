import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeText } from "../../src/corpus/sections/strip-invisible.ts";
import { createDocsContext } from "../../src/mcp/docs-context.ts";
import { callFetch, DEFAULT_FETCH_TOKENS } from "../../src/mcp/fetch-tool.ts";
import { countTokens } from "../../src/mcp/token-count.ts";
import { ArgumentError } from "../../src/mcp/tool-arguments.ts";
import { createFakeCatalog, FAKE_PAGES } from "../support/fake-catalog.ts";
import { payloadOf } from "./tool-payload.ts";

const catalog = createFakeCatalog();
const context = createDocsContext(catalog, {});

interface Fetched {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly url: string;
  readonly metadata: Record<string, string>;
  readonly notice?: string;
  readonly contents?: { id: string; title: string }[];
  readonly truncated?: {
    from: number;
    to: number;
    of: number;
    next_call: { name: string; arguments: Record<string, unknown> };
  };
}

const fetchDocs = (given: Record<string, unknown>, from = context): Fetched =>
  payloadOf(callFetch(from, given)).value as unknown as Fetched;

describe("callFetch", () => {
  it("gives a whole page, with where it is from", () => {
    expect(fetchDocs({ id: "guide/install" })).toEqual({
      id: "guide/install",
      title: "Install",
      text: catalog.page("guide/install")?.markdown,
      url: "https://docs.example.com/guide/install/",
      metadata: {
        source: "Demo",
        page_id: "guide/install",
        heading_path: "Install",
        language: "en",
        version: "2.0",
      },
    });
  });

  it("gives a section with its subsections", () => {
    const { id, text, url, metadata } = fetchDocs({ id: "guide/install#linux" });
    expect({ id, url, path: metadata["heading_path"] }).toEqual({
      id: "guide/install#linux",
      url: "https://docs.example.com/guide/install/#linux",
      path: "Install > Linux",
    });
    expect(text).toMatch(/^## Linux[\s\S]*### Debian[\s\S]*archive\.\n\n$/);
    expect(text).not.toContain("macOS");
  });

  it.each([
    "https://docs.example.com/guide/install/#linux",
    "docs://page/guide/install#linux",
    "http://localhost:8080/pages/guide/install.md#linux",
    "/pages/guide/install.md#linux",
  ])("takes %s for the id", (id) => {
    expect(fetchDocs({ id }).id).toBe("guide/install#linux");
  });

  it.each(["url", "page_id", "documentId", "path"])("takes %s for the argument", (name) => {
    expect(fetchDocs({ [name]: "faq" }).id).toBe("faq");
  });

  it("strips what is hidden in a page", () => {
    const { text, title } = fetchDocs({ id: 'odd/quo"te & space' });
    expect(text).toContain("Ahidden text and");
    expect(title).toBe('A "quoted" title');
  });

  it("gives an empty page as empty", () => {
    expect(fetchDocs({ id: "empty" })).toMatchObject({ text: "", title: "empty" });
  });

  it("names the closest ids when there is no such page", () => {
    expect(() => callFetch(context, { id: "guides/debian" })).toThrow(
      'There is no page or section "guides/debian". Closest: "guide/install#',
    );
    expect(() => callFetch(context, { id: "../../etc/passwd" })).toThrow("There is no page");
    expect(() => callFetch(context, { id: "%2e%2e/%00" })).toThrow("There is no page");
  });

  it("refuses an offset past the end", () => {
    expect(() => callFetch(context, { id: "faq", offset: 5_000 })).toThrow(
      /past the end: "faq" has \d+ char/,
    );
  });

  it("cuts at a block, and names the sections that were cut", () => {
    const { text, truncated, contents } = fetchDocs({ id: "reference/long", max_tokens: 2_000 });
    expect(text).toMatch(/\n\n$/);
    expect(truncated).toMatchObject({
      from: 0,
      to: text.length,
      next_call: {
        name: "fetch",
        arguments: { id: "reference/long", offset: text.length, max_tokens: 2_000 },
      },
    });
    const shown = (text.match(/^## Part/gm) ?? []).length;
    expect(contents?.[0]).toEqual({
      id: `reference/long#part-${shown + 1}`,
      title: `Part ${shown + 1}`,
    });
  });

  it("uses most of its budget", () => {
    const { text } = payloadOf(callFetch(context, { id: "reference/long" }));
    expect(countTokens(text)).toBeGreaterThan(DEFAULT_FETCH_TOKENS * 0.85);
  });

  it("gives the whole text, piece by piece, by its own next calls, and never above the budget", () => {
    const unit = fc.oneof(
      fc.constantFrom("word ", "\n", "\n\n", "```\n", "## H\n\n", '"', "\\", "設定", "🙂", "é"),
      fc.string({ unit: "grapheme", maxLength: 12 }),
    );
    const markdown = fc.array(unit, { maxLength: 700, size: "max" }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(markdown, fc.integer({ min: 300, max: 1_500 }), (body, maxTokens) => {
        const page = { id: "p", title: "P", markdown: body.replace(/\p{Surrogate}/gu, "") };
        const other = createDocsContext(createFakeCatalog([page]), {});
        let call: Record<string, unknown> = { id: "p", max_tokens: maxTokens };
        let all = "";
        for (let i = 0; i < 500; i++) {
          const { text: json, value } = payloadOf(callFetch(other, call));
          expect(countTokens(json)).toBeLessThanOrEqual(maxTokens);
          const { text, truncated } = value as unknown as Fetched;
          all += text;
          if (!truncated) break;
          expect(truncated.to).toBeGreaterThan(truncated.from);
          call = truncated.next_call.arguments;
        }
        expect(visible(all)).toBe(visible(normalizeText(page.markdown)));
      }),
      { numRuns: 60 },
    );
  });

  it("gives a long page whole, by its own next calls", () => {
    let call: Record<string, unknown> = { id: "reference/long", max_tokens: 1_500 };
    let all = "";
    for (let i = 0; i < 200; i++) {
      const { text, truncated } = fetchDocs(call);
      all += text;
      if (!truncated) break;
      call = truncated.next_call.arguments;
    }
    expect(all).toBe(catalog.page("reference/long")?.markdown);
  });

  it("never gives more than 45,000 characters", () => {
    const nearly = { id: "p", markdown: `# P\n\n${"- ".repeat(22_490)}` };
    const close = createDocsContext(createFakeCatalog([nearly]), {});
    const whole = payloadOf(callFetch(close, { id: "p", max_tokens: 900_000 }));
    expect(whole.text.length).toBeLessThanOrEqual(45_000);
    const page = { id: "p", markdown: `# P\n\n${"- ".repeat(60_000)}` };
    const other = createDocsContext(createFakeCatalog([page]), {});
    const { text } = payloadOf(callFetch(other, { id: "p", max_tokens: 900_000 }));
    expect(text.length).toBeLessThanOrEqual(45_000);
    expect(text.length).toBeGreaterThan(38_000);
  });

  it("says what it needs when the budget holds not even the frame", () => {
    const page = {
      id: "p",
      title: "T ".repeat(90),
      url: `https://e.example/${"x".repeat(900)}`,
      markdown: "# P\n",
    };
    const other = createDocsContext(createFakeCatalog([page]), {});
    expect(() => callFetch(other, { id: "p", max_tokens: 256 })).toThrow(
      /"max_tokens" 256 is too small for this page: send at least \d+/,
    );
    const needed = Number(
      /at least (\d+)/.exec(messageOf(other, { id: "p", max_tokens: 256 }))?.[1],
    );
    expect(fetchDocs({ id: "p", max_tokens: needed }, other).text).toBe("# P\n");
  });

  it("answers any id and numbers with a result or an ArgumentError", () => {
    const id = fc.oneof(
      fc.constantFrom(...FAKE_PAGES.map((page) => page.id)),
      fc.string({ unit: "binary" }),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(id, fc.integer(), fc.integer(), (given, offset, tokens) => {
        const message = messageOf(context, { id: given, offset, max_tokens: tokens });
        expect(message === "" || /^("|There is no)/.test(message)).toBe(true);
      }),
    );
  });
});

function messageOf(from: typeof context, given: Record<string, unknown>): string {
  try {
    callFetch(from, given);
    return "";
  } catch (error) {
    if (error instanceof ArgumentError) return error.message;
    throw error;
  }
}

/** Without joiners, which are stray or not by what stands beside them, and so by where a cut is. */
function visible(text: string): string {
  return text.replace(/[^\p{L}\p{N}\p{P}\p{S}]/gu, "");
}
