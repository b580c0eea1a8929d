import { gzipSync } from "node:zlib";
import { parse } from "parse5";
import { describe, expect, it } from "vitest";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { createTestHandler } from "../support/start-server.ts";

const BASE = "https://docs.example.com";
const hosts = { allowsHost: () => true, allowsOrigin: () => true };
const handler = createTestHandler({ publicUrl: BASE, hosts });
const asBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

const get = (
  path: string,
  headers: Record<string, string> = asBrowser,
  on = handler,
): Promise<Response> => on.fetch(new Request(BASE + path, { headers }));
const textOf = async (
  path: string,
  headers?: Record<string, string>,
  on = handler,
): Promise<string> => (await get(path, headers, on)).text();

describe("GET / for a person", () => {
  it("names the documentation, the address, each client and each tool with its answer", async () => {
    const page = await textOf("/");
    for (const part of [
      '<h1 dir="auto">Demo</h1>',
      "12 pages",
      "https://docs.example.com/mcp",
      "cursor://",
      "vscode:mcp/install?",
      "https://claude.ai/",
      "claude mcp add",
      "codex mcp add",
      "gemini mcp add",
      "chatgpt.com/plugins",
      "Gemini Enterprise",
      "search(",
      "fetch(",
    ]) {
      expect(page).toContain(part);
    }
  });

  it.each([
    ["en", "Connect your assistant"],
    ["es", "Conecte su asistente"],
    ["de", "Assistenten verbinden"],
    ["fr", "Connecter votre assistant"],
    ["it", "Collega il tuo assistente"],
  ])("speaks %s, by header and by ?lang", async (language, heading) => {
    for (const [path, headers] of [
      [`/?lang=${language}`, { "accept-language": "xx" }],
      ["/", { "accept-language": language }],
    ] as const) {
      const response = await get(path, { ...asBrowser, ...headers });
      expect(response.headers.get("content-language")).toBe(language);
      expect(response.headers.get("vary")).toContain("accept-language");
      const page = await response.text();
      expect(page).toContain(`<html lang="${language}">`);
      expect(page).toContain(heading);
    }
  });

  it("weighs less than 60 KB with everything it loads, not even compressed", async () => {
    const page = await textOf("/");
    const files = [...page.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1] ?? "");
    expect(new Set(files).size).toBe(3);
    const texts = await Promise.all([...new Set(files)].map((file) => textOf(file)));
    const all = [page, ...texts];
    expect(Buffer.byteLength(all.join(""))).toBeLessThan(60_000);
    expect(gzipSync(all.join("")).length).toBeLessThan(20_000);
  });

  it("loads nothing from elsewhere and runs nothing inline", async () => {
    const response = await get("/?q=install");
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const page = await response.text();
    expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=|<script(?! src="\/assets\/)/i);
    expect(
      [...page.matchAll(/\ssrc="([^"]*)"/g)].every((match) => match[1]?.startsWith("/assets/")),
    ).toBe(true);
  });

  it("gives its files for good, and the page with a tag", async () => {
    const page = await get("/");
    const [file = ""] = /\/assets\/page\.[^"]+\.css/.exec(await page.text()) ?? [];
    expect((await get(file)).headers.get("cache-control")).toContain("immutable");
    expect((await get("/assets/page.css")).status).toBe(404);
    const etag = page.headers.get("etag") ?? "";
    for (const tag of [etag, `W/${etag}`, `"x", ${etag}`, "*"]) {
      const again = await get("/", { ...asBrowser, "if-none-match": tag });
      expect(again.status).toBe(304);
      expect(again.headers.get("etag")).toBe(etag);
    }
    expect((await get("/?lang=de", { ...asBrowser, "if-none-match": etag })).status).toBe(200);
  });

  it("says the state of the certificate in one line", async () => {
    expect(await textOf("/")).toContain("provided by a proxy");
    const plain = createTestHandler({ publicUrl: "http://localhost:8080", hosts });
    expect(await textOf("/", asBrowser, plain)).toContain("speaks plain HTTP");
    const certificateLine = (): string => "Valid until <soon>";
    const kept = createTestHandler({ publicUrl: BASE, hosts, certificateLine });
    expect(await textOf("/", asBrowser, kept)).toContain("Valid until &lt;soon&gt;");
  });

  it("tells clients of a cloud that this computer is not to be reached", async () => {
    const local = createTestHandler({ publicUrl: "http://localhost:8080", hosts });
    const page = await textOf("/", asBrowser, local);
    expect(page).not.toContain("https://claude.ai/");
    expect(page.match(/needs a public HTTPS address/g)).toHaveLength(3);
    expect(page).toContain("cursor://");
  });
});

describe("search", () => {
  it("works without a script, with highlights and reasons", async () => {
    const page = await textOf("/?q=Homebrew");
    expect(page).toContain('value="Homebrew"');
    expect(page).toContain("<title>Homebrew – Demo</title>");
    expect(page).toMatch(
      /<h3 dir="auto"><a href="https:\/\/docs\.example\.com\/guide\/install\/#macos">macOS<\/a>/,
    );
  });

  it("gives the same results as JSON", async () => {
    const response = await get("/search.json?q=Homebrew&lang=de", {});
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("cache-control")).toContain("private");
    expect(await response.json()).toEqual({
      query: "Homebrew",
      summary: "1 Treffer",
      results: [
        {
          title: "macOS",
          path: "Install",
          url: "https://docs.example.com/guide/install/#macos",
          language: "en",
          snippet: [{ text: "## macOS Use Homebrew. ", isMatch: false }],
          reasons: [],
        },
      ],
    });
  });

  it("cuts the snippet at its matches and names fields and words", async () => {
    const catalog = createFakeCatalog();
    const [hit] = catalog.search("Homebrew").hits;
    if (!hit) throw new Error("the fake found nothing");
    const snippet = {
      text: "use the <b>brew</b>\u202E now",
      matches: [[8, 15]] as const,
      cutBefore: true,
      cutAfter: true,
    };
    const matched = [
      { term: "brew", fields: ["code", "title"] },
      { term: "use", fields: ["title"] },
    ];
    const result = {
      hits: [{ ...hit, snippet, matched }],
      total: 1,
      confidence: 1,
      answered: true,
      corrected: "brew",
    };
    const found = createTestHandler(
      { publicUrl: BASE, hosts },
      { ...catalog, search: () => result },
    );
    expect(JSON.parse(await textOf("/search.json?q=brw", {}, found))).toMatchObject({
      summary: "Searched for “brew”. 1 result",
      results: [
        {
          snippet: [
            { text: "… ", isMatch: false },
            { text: "use the ", isMatch: false },
            { text: "<b>brew", isMatch: true },
            { text: "</b> now", isMatch: false },
            { text: " …", isMatch: false },
          ],
          reasons: [
            { field: "title", words: "brew, use" },
            { field: "code", words: "brew" },
          ],
        },
      ],
    });
    const page = await textOf("/?q=brw", asBrowser, found);
    expect(page).toContain("use the <mark>&lt;b&gt;brew</mark>&lt;/b&gt; now");
  });

  it("says when nothing answers, and shows nothing for nothing", async () => {
    expect(JSON.parse(await textOf("/search.json?q=zzzz", {}))).toMatchObject({
      summary: "No page holds any of these words.",
      results: [],
    });
    expect(JSON.parse(await textOf("/search.json", {}))).toEqual({
      query: "",
      summary: "",
      results: [],
    });
    expect(await textOf("/?q=%20")).toMatch(/id="results"[^>]* hidden/);
  });

  it("looks at no more of a query than a person types", async () => {
    const { query } = JSON.parse(await textOf(`/search.json?q=${"a".repeat(5_000)}`, {})) as {
      query: string;
    };
    expect(query.length).toBeLessThanOrEqual(300);
  });
});

describe("hostile documents and queries", () => {
  const ATTACK = `"><script>alert(1)</script><img src=x onerror=alert(1)>'`;
  const catalog = createFakeCatalog(
    [
      {
        id: 'x"><script>',
        title: ATTACK,
        url: "javascript:alert(1)",
        language: 'en"><script>',
        markdown: `# ${ATTACK}\n\n${ATTACK} install\n`,
      },
      { id: "plain", title: "Plain words here", markdown: `# Plain words here\n\n${ATTACK}\n` },
    ],
    { title: ATTACK, versions: ["1.0"] },
  );
  const evil = createTestHandler({ publicUrl: BASE, hosts }, catalog);

  interface Node {
    readonly nodeName: string;
    readonly attrs?: readonly { readonly name: string; readonly value: string }[];
    readonly childNodes?: readonly Node[];
  }
  const nodesOf = (node: Node): Node[] => [node, ...(node.childNodes ?? []).flatMap(nodesOf)];

  it.each([
    "/",
    "/?q=install",
    `/?q=${encodeURIComponent(ATTACK)}`,
    `/?lang=${encodeURIComponent(ATTACK)}&q=plain`,
  ])("make no element, attribute or link of their own in %s", async (path) => {
    const nodes = nodesOf(parse(await textOf(path, asBrowser, evil)));
    const scripts = nodes.filter(({ nodeName }) => nodeName === "script");
    expect(scripts).toHaveLength(1);
    const attributes = nodes.flatMap(({ attrs = [] }) => attrs);
    expect(attributes.filter(({ name }) => name.startsWith("on"))).toEqual([]);
    const links = attributes.filter(({ name }) => ["href", "src", "action"].includes(name));
    expect(links.filter(({ value }) => /^\s*(javascript|data):/i.test(value))).toEqual([]);
  });
});

describe("GET / for an assistant", () => {
  it.each([
    ["text/markdown", "text/markdown"],
    ["*/*", "text/markdown"],
    ["", "text/markdown"],
    ["text/markdown, text/html;q=0.9", "text/markdown"],
    ["text/html;q=0, text/plain", "text/markdown"],
    ["text/html", "text/html"],
    ["text/html, text/markdown", "text/html"],
    ["text/html;q=0.8, text/markdown;q=0.5", "text/html"],
  ])("answers Accept %j with %s", async (accept, type) => {
    const response = await get("/", { accept });
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("vary")).toContain("accept");
    const text = await response.text();
    expect(text).toContain("https://docs.example.com/mcp");
    const begins = type === "text/markdown" ? /^# Demo\n/ : /^<!doctype html>/i;
    expect(text).toMatch(begins);
    expect(text).toContain("/llms.txt");
  });
});
