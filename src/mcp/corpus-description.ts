import type { CatalogFacts } from "../catalog/catalog.ts";
import { cleanLine } from "./clean-text.ts";

/** Up to this many languages or versions are an enum in the schema; more are only described. */
export const MAX_ENUM_VALUES = 12;

/** The corpus in words that are safe in a tool description: facts, bounded, never its text. */
export interface CorpusDescription {
  readonly title: string;
  /** One sentence: how much there is, in which languages and versions. */
  readonly summary: string;
  readonly languages: readonly string[];
  readonly versions: readonly string[];
  readonly sections: readonly string[];
  /** Names of the documentations, where there are several. */
  readonly sources: readonly string[];
}

export function describeCorpus(facts: CatalogFacts): CorpusDescription {
  const title = cleanLine(facts.title, 80) || "Documentation";
  const languages = facts.languages.map(({ language }) => language).filter(isPlainName);
  const versions = facts.versions.filter(isPlainName);
  const sections = facts.topSections
    .map(({ section }) => section)
    .filter((section) => section.split("/").every(isPlainName));
  const sources = (facts.corpora ?? []).map(({ name }) => name).filter(isPlainName);
  const size = `${count(facts.pageCount, "page")}, ${count(facts.sectionCount, "section")}`;
  const summary = [
    `${title}: ${size}.`,
    sources.length > 1 ? `Sources: ${listed(sources, 40)}.` : "",
    languages.length > 1 ? `Languages: ${listed(languages, 40)}.` : "",
    versions.length > 0 ? `Versions: ${listed(versions, MAX_ENUM_VALUES)}.` : "",
    sections.length > 1 ? `Top sections: ${listed(sections, 12)}.` : "",
  ];
  return {
    title,
    summary: summary.filter(Boolean).join(" "),
    languages,
    versions,
    sections,
    sources,
  };
}

/** `a, b, c and 4 more`. */
export function listed(names: readonly string[], max: number): string {
  const shown = names.slice(0, max).join(", ");
  return names.length > max ? `${shown} and ${names.length - max} more` : shown;
}

/**
 * Names that come from file names and front matter go into descriptions only when they look like
 * names: a sentence with orders to a model does not.
 */
function isPlainName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._+-]{0,39}$/u.test(name);
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
