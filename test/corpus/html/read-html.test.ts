import { describe, expect, it } from "vitest";
import { readDocument } from "../../../src/corpus/read-document.ts";

const read = (body: string): string => readDocument(`<body>${body}</body>`, "html").markdown;

describe("readHtml", () => {
  it.each([
    [
      "scripts, styles and templates",
      "<script>x</script><style>y</style><template>z</template><noscript>n</noscript>",
    ],
    [
      "navigation",
      '<nav>x</nav><div role="navigation">y</div><div class="breadcrumbs">z</div><div id="toc">t</div>',
    ],
    ["header and footer of the page", "<header>x</header><footer>y</footer>"],
    ["what stands aside", '<aside>x</aside><div role="complementary">y</div>'],
    [
      "forms and widgets",
      "<form>x <input value=y></form><button>z</button><select><option>o</select>",
    ],
    ["cookie banners", '<div class="cookie-banner">x</div><div id="onetrust-consent-sdk">y</div>'],
    ["links to edit the page", "<a href=/e>Edit this page</a><a href=/e>Edit on GitHub</a>"],
    [
      "skip links",
      '<a class="skip-link" href="#c">Skip to content</a><a href="#c">Skip to main content</a>',
    ],
    ["hidden attributes", "<p hidden>x</p><p aria-hidden=true>y</p>"],
    [
      "hidden styles",
      '<p style="color:red; display : none">x</p><p style="visibility:hidden">y</p><p style="font-size:0">z</p><p style="opacity:0;">o</p>',
    ],
    [
      "text for screen readers only",
      '<span class="sr-only">x</span><span class="visually-hidden">y</span>',
    ],
    ["comments", "<!-- x --><!-- <p>y</p> -->"],
    ["drawings and films", "<svg><text>x</text></svg><video>y</video><iframe>z</iframe>"],
  ])("leaves out %s", (_, part) => {
    expect(read(`${part}<p>Text</p>${part}`)).toBe("Text\n");
  });

  it.each([
    ["text that only looks small", '<p style="font-size:0.9em; opacity:0.8">Text</p>'],
    ["a note that stands aside", '<aside class="admonition tip"><p>Text</p></aside>'],
    ["classes that only sound like chrome", '<div class="has-sidebar tocless"><p>Text</p></div>'],
    ["an element of the site's own", "<x-callout><p>Text</p></x-callout>"],
  ])("keeps %s", (_, body) => {
    expect(read(body)).toBe("Text\n");
  });

  it("takes main before article before the body", () => {
    expect(read("<div>x</div><main><p>Text</p></main>")).toBe("Text\n");
    expect(read("<main><p>x</p><article><p>A longer text</p></article></main>")).toBe(
      "A longer text\n",
    );
    expect(read("<article><p>Most of the text is here</p></article><div>x</div>")).toBe(
      "Most of the text is here\n",
    );
    expect(read("<article><p>a</p></article><article><p>b</p></article><p>rest of it</p>")).toBe(
      "a\n\nb\n\nrest of it\n",
    );
    expect(read("<main></main><p>Text</p>")).toBe("Text\n");
  });

  it.each([
    [
      "Prism and Docusaurus",
      '<pre class="language-js"><code><span class="token-line">a<br></span><span>b</span></code></pre>',
      "```js\na\nb\n```\n",
    ],
    [
      "Chroma of Hugo",
      '<div class="highlight"><pre tabindex="0" class="chroma"><code class="language-go" data-lang="go"><span class="line"><span class="ln">1</span><span class="cl">a := 1\n</span></span></code></pre></div>',
      "```go\na := 1\n```\n",
    ],
    [
      "Sphinx",
      '<div class="highlight-python notranslate"><div class="highlight"><pre><span></span>a = 1\n</pre></div></div>',
      "```python\na = 1\n```\n",
    ],
    [
      "tables with line numbers",
      '<table class="lntable"><tr><td class="lntd"><pre><span class="lnt">1\n</span></pre></td><td class="lntd"><pre><code class="language-c">a;</code></pre></td></tr></table>',
      "```c\na;\n```\n",
    ],
    ["no highlighter", "<pre>a &lt; b\n\n  c</pre>", "```\na < b\n\n  c\n```\n"],
    ["a fence in the code", "<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````\n"],
  ])("reads code blocks of %s", (_, body, markdown) => {
    expect(read(body)).toBe(markdown);
  });

  it.each([
    ["relative links", '<p><a href="../a/#b" title="T">x</a></p>', "[x](../a/#b)\n"],
    ["line breaks", "<p>a<br>b</p>", "a\\\nb\n"],
    [
      "pictures, without their bytes",
      '<p><img src="a.png" alt="A"> <img src="data:image/png;base64,AA" alt="B"></p>',
      "![A](a.png) B\n",
    ],
    [
      "tables",
      "<table><tr><th>a<th>b<tr><td>1<td><code>x|y</code></table>",
      "| a | b |\n| - | - |\n| 1 | `x\\|y` |\n",
    ],
    ["nested lists", "<ol start=3><li>a<ul><li>b</ul><li>c</ol>", "3. a\n   - b\n4. c\n"],
    ["quotes", "<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b\n"],
    ["summaries", "<details><summary>More</summary><p>b</p></details>", "More\n\nb\n"],
    ["emphasis", "<p>a<b> c </b><i>d</i><s>e</s></p>", "a **c** *d*~~e~~\n"],
  ])("writes %s as Markdown", (_, body, markdown) => {
    expect(read(body)).toBe(markdown);
  });

  it("reads the head", () => {
    const page = readDocument(
      '<!doctype html><html lang=de><head><title>A – Site</title><meta property="og:description" content=" D "><link rel="canonical" href="https://x.example/a"></head><body><p>b',
      "html",
    );
    expect(page).toMatchObject({
      title: "A – Site",
      description: "D",
      language: "de",
      canonicalUrl: "https://x.example/a",
    });
    expect(page.links).toEqual([]);
  });

  it("takes its title from the first h1, in the text or in a banner, before that of the head", () => {
    const head = "<title>A | Site</title>";
    expect(readDocument(`${head}<main><h1>A <a href="#a">#</a></h1></main>`, "html").title).toBe(
      "A",
    );
    expect(readDocument(`${head}<div><h1>B</h1></div><main><p>x</p></main>`, "html").title).toBe(
      "B",
    );
  });

  it("anchors a section at its heading's id, or at the target of the heading's own link", () => {
    const html =
      '<main><h2 id=a-b>A</h2><section id=s><h2>B<a class=headerlink href="#s">¶</a></h2></section><h2>C d</h2><h3><a id=e></a>E</h3></main>';
    const { sections } = readDocument(html, "html");
    expect(sections.map(({ anchor, title }) => [anchor, title])).toEqual([
      ["", ""],
      ["a-b", "A"],
      ["s", "B"],
      ["c-d", "C d"],
      ["e", "E"],
    ]);
    expect(sections.at(1)?.markdown).toBe("## A\n\n");
  });
});
