import type { CatalogFacts } from "../catalog/catalog.ts";
import { counted, grouped } from "./terminal.ts";

const SHOWN_LANGUAGES = 6;

/** `120 pages, 954 sections, 2 languages (en 100, es 20)`. */
export function describeFacts(facts: CatalogFacts): string {
  const { pageCount, sectionCount, languages, versions } = facts;
  const shown = languages
    .slice(0, SHOWN_LANGUAGES)
    .map(({ language, pageCount: pages }) => `${language} ${grouped(pages)}`);
  const names = languages.length > SHOWN_LANGUAGES ? [...shown, "..."] : shown;
  return [
    counted(pageCount, "page"),
    counted(sectionCount, "section"),
    `${counted(languages.length, "language")} (${names.join(", ")})`,
    ...(versions.length === 0 ? [] : [counted(versions.length, "version")]),
  ].join(", ");
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function describeDuration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
