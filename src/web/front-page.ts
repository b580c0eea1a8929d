import { renderConnect, type SignInWays } from "./connect-section.ts";
import { type Html, html } from "./html.ts";
import { MESSAGES, type Messages, PAGE_LANGUAGES, type PageLanguage } from "./messages.ts";
import { renderResults, type SearchView } from "./search-view.ts";

/** A call of a tool with what the server answered. */
export interface ToolExample {
  readonly name: "search" | "fetch";
  readonly arguments: Readonly<Record<string, string | number>>;
  /** JSON, or Markdown in JSON, as it went to a client; undefined when there is nothing to show. */
  readonly answer: string | undefined;
}

/** Everything that the page shows. All of it is data: nothing in it is taken for markup. */
export interface FrontPageView {
  readonly language: PageLanguage;
  /** The language was asked for in the URL, so that links and forms keep it. */
  readonly isLanguageAsked: boolean;
  readonly title: string;
  readonly pageCount: number;
  readonly sectionCount: number;
  /** BCP 47 tags of the documentation's languages. */
  readonly languages: readonly string[];
  readonly versions: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly builtAt: number;
  /** Origin of this server, from the configuration. */
  readonly publicUrl: string;
  /** One line about the certificate; undefined when this server keeps none. */
  readonly certificateLine: string | undefined;
  readonly search: SearchView | undefined;
  readonly examples: readonly ToolExample[];
  /** How callers say who they are; absent where everybody sees everything. */
  readonly signIn?: SignInWays | undefined;
  /** Shown to somebody who has not: nothing of the documentation but its title. */
  readonly isClosed?: boolean;
  /** Paths of the page's own files. */
  readonly assets: { readonly css: string; readonly js: string; readonly icon: string };
}

const SHOWN_LANGUAGES = 6;

/** The whole document. It needs no other origin, and works without its script. */
export function renderFrontPage(view: FrontPageView): string {
  const messages = MESSAGES[view.language];
  const { search, assets, isClosed = false } = view;
  const heading =
    search === undefined || search.query === "" ? view.title : `${search.query} – ${view.title}`;
  return html`<!doctype html>
<html lang="${view.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${messages.tagline}">
<title>${heading}</title>
<link rel="stylesheet" href="${assets.css}">
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="alternate" type="text/markdown" href="/llms.txt" title="llms.txt">
<script src="${assets.js}" defer></script>
</head>
<body>
${!isClosed && html`<a class="skip" href="#query">${messages.skipToContent}</a>`}
<header><img src="${assets.icon}" alt="" width="28" height="28">${languageLinks(view, messages)}</header>
<main>
<h1 dir="auto">${view.title}</h1>
<p class="tagline">${messages.tagline}</p>
${!isClosed && html`<p class="facts">${facts(view, messages).map((fact) => html`<span>${fact}</span>`)}</p>`}
${!isClosed && searchSection(view, messages)}
${renderConnect(view.title, new URL("/mcp", view.publicUrl).href, messages, view.signIn)}
${!isClosed && toolsSection(view, messages)}
</main>
${!isClosed && footer(view, messages)}
<p class="skip" id="announcement" role="status" data-copied="${messages.copied}" data-copy-failed="${messages.copyFailed}"></p>
</body>
</html>
`.markup;
}

function languageLinks({ language, search }: FrontPageView, messages: Messages): Html {
  const query = search === undefined ? "" : `&q=${encodeURIComponent(search.query)}`;
  return html`<nav class="languages" aria-label="${messages.pageLanguage}"><ul>${PAGE_LANGUAGES.map(
    (each) =>
      html`<li><a href="/?lang=${each}${query}" lang="${each}" hreflang="${each}"${each === language && html` aria-current="true"`}>${MESSAGES[each].languageName}</a></li>`,
  )}</ul></nav>`;
}

function facts(view: FrontPageView, messages: Messages): string[] {
  const number = new Intl.NumberFormat(view.language);
  const names = new Intl.DisplayNames(view.language, { type: "language" });
  const languages = view.languages.slice(0, SHOWN_LANGUAGES).map((tag) => languageName(names, tag));
  const rest = view.languages.length > SHOWN_LANGUAGES ? ", …" : "";
  return [
    messages.pages(number.format(view.pageCount), view.pageCount === 1),
    messages.sections(number.format(view.sectionCount), view.sectionCount === 1),
    ...(languages.length > 0 ? [languages.join(", ") + rest] : []),
    ...(view.versions.length > 0
      ? [messages.versions(view.versions.slice(0, SHOWN_LANGUAGES).join(", "))]
      : []),
  ];
}

/** The tag itself when it is none that `Intl` takes: it comes from file names. */
function languageName(names: Intl.DisplayNames, tag: string): string {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

function searchSection(view: FrontPageView, messages: Messages): Html {
  const { search, language, isLanguageAsked } = view;
  return html`<search>
<form id="search" action="/" method="get" data-found-in="${messages.foundIn}" data-failed="${messages.searchFailed}">
${isLanguageAsked && html`<input type="hidden" name="lang" value="${language}">`}
<label for="query">${messages.searchLabel}</label>
<div class="field-row"><input id="query" name="q" type="search" value="${search?.query ?? ""}" maxlength="300" placeholder="${messages.searchPlaceholder}" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="search" aria-describedby="search-hint"><button type="submit">${messages.searchButton}</button></div>
<p class="hint" id="search-hint">${messages.searchHint}</p>
</form>
</search>
<section id="results" aria-labelledby="results-heading"${search === undefined && html` hidden`}>
<h2 id="results-heading" class="quiet">${messages.resultsHeading}</h2>
<p id="summary" role="status">${search?.summary ?? ""}</p>
<div id="result-list">${search !== undefined && renderResults(search, messages)}</div>
</section>`;
}

function toolsSection(view: FrontPageView, messages: Messages): Html {
  return html`<section id="tools" aria-labelledby="tools-heading">
<h2 id="tools-heading">${messages.toolsHeading}</h2>
<p>${messages.toolsIntro}</p>
${view.examples.map(
  (example) => html`<article class="tool" aria-labelledby="tool-${example.name}">
<h3 id="tool-${example.name}"><code>${example.name}</code></h3>
<p>${example.name === "search" ? messages.searchTool : messages.fetchTool}</p>
<p class="label">${messages.call}</p>
<pre><code>${example.name}(${JSON.stringify(example.arguments)})</code></pre>
<p class="label">${messages.answer}</p>
<pre class="answer" tabindex="0" role="region" aria-label="${example.name}: ${messages.answer}"><code>${example.answer ?? messages.noAnswer}</code></pre>
</article>
`,
)}</section>`;
}

function footer(view: FrontPageView, messages: Messages): Html {
  const date = new Intl.DateTimeFormat(view.language, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  const [pages, sections] = facts(view, messages);
  const isHttps = view.publicUrl.startsWith("https:");
  const certificate =
    view.certificateLine ?? (isHttps ? messages.certificateOfProxy : messages.noCertificate);
  return html`<footer>
<h2 class="quiet">${messages.statusHeading}</h2>
<dl class="state">
<div><dt>${messages.index}</dt><dd>${pages}, ${sections}, ${messages.builtAt(`${date.format(view.builtAt)} UTC`)}</dd></div>
<div><dt>${messages.certificate}</dt><dd>${certificate}</dd></div>
</dl>
<nav aria-label="${messages.forAssistants}"><ul class="files"><li><a href="/llms.txt">${messages.allPages}</a> <code>llms.txt</code></li><li><a href="/llms-full.txt">${messages.everything}</a> <code>llms-full.txt</code></li></ul></nav>
</footer>`;
}
