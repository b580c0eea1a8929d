import { type Html, html, safeUrl } from "./html.ts";
import type { Messages } from "./messages.ts";

/** A search as the page shows it and as `/search.json` gives it: text only, markup is made of it. */
export interface SearchView {
  readonly query: string;
  /** What came of it, in a sentence or two of the page's language. */
  readonly summary: string;
  readonly results: readonly ResultView[];
}

export interface ResultView {
  readonly title: string;
  /** The headings above it, as one line. */
  readonly path: string;
  /** Absolute. */
  readonly url: string;
  /** BCP 47. */
  readonly language: string;
  /** Its pieces, joined with nothing between them, are the snippet. */
  readonly snippet: readonly { readonly text: string; readonly isMatch: boolean }[];
  /** Why it is a result: which words of the query are in which part of the section. */
  readonly reasons: readonly { readonly field: string; readonly words: string }[];
}

/** The list of results. The script of the page makes the same elements of the same view. */
export function renderResults(view: SearchView, messages: Messages): Html {
  return html`<ol class="results">${view.results.map((result) => renderResult(result, messages))}</ol>`;
}

function renderResult(result: ResultView, messages: Messages): Html {
  const { title, path, url, language, snippet, reasons } = result;
  const pieces = snippet.map(({ text, isMatch }) => (isMatch ? html`<mark>${text}</mark>` : text));
  return html`<li lang="${language}">${
    path !== "" && html`<p class="path" dir="auto">${path}</p>`
  }<h3 dir="auto"><a href="${safeUrl(url)}">${title}</a></h3><p class="snippet" dir="auto">${pieces}</p>${
    reasons.length > 0 &&
    html`<p class="why" lang="${messages.code}">${messages.foundIn}${reasons.map(
      ({ field, words }, i) =>
        html`${i === 0 ? " " : " · "}<span class="field">${field}</span> ${words}`,
    )}</p>`
  }</li>`;
}
