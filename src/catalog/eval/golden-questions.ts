import type { GoldenQuestion } from "../../search/eval/golden.ts";
import type { Catalog } from "../catalog.ts";
import { type CatalogQuestion, partOf } from "./question.ts";

export interface ResolvedGolden {
  readonly questions: readonly CatalogQuestion[];
  /** Questions none of whose right answers is in the documentation any more. */
  readonly lost: readonly GoldenQuestion[];
}

/**
 * Looks up the right answers of golden questions in a catalog. A target that names a section asks
 * for that section, one that names a page for any section of it; the question is judged by pages
 * as soon as one target is a page.
 */
export function resolveGolden(golden: readonly GoldenQuestion[], catalog: Catalog): ResolvedGolden {
  const questions: CatalogQuestion[] = [];
  const lost: GoldenQuestion[] = [];
  for (const question of golden) {
    const found = question.targets.flatMap((target) => catalog.resolve(target) ?? []);
    const [first] = found;
    if (!first) {
      lost.push(question);
      continue;
    }
    const isSection = found.every(({ section }) => section !== undefined);
    const ids = found.map(({ page, section }) => (isSection && section ? section.id : page.id));
    questions.push({
      id: question.id,
      text: question.text,
      origin: "golden",
      level: isSection ? "section" : "page",
      judged: new Map(ids.map((id) => [id, 1])),
      language: question.language ?? first.page.language,
      part: partOf(first.page.id, first.page.language),
    });
  }
  return { questions, lost };
}
