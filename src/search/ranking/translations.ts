import { isDeleted } from "../file/segment.ts";
import type { IndexPart } from "../query/term-statistics.ts";

/** Which pages of an index are one page in several languages. */
export class Translations {
  readonly #languages = new Map<string, Set<string>>();

  constructor(parts: readonly IndexPart[]) {
    for (const { segment } of parts) {
      if (!segment.groupTranslationKeys.some((key) => key > 0)) continue;
      for (let document = 0; document < segment.documentCount; document++) {
        const key = segment.groupTranslationKeys[segment.documentGroups[document]!]!;
        if (key === 0 || isDeleted(segment, document)) continue;
        const name = segment.names.text(key);
        const languages = this.#languages.get(name) ?? new Set();
        this.#languages.set(name, languages);
        languages.add(segment.names.text(segment.documentLanguages[document]!));
      }
    }
  }

  /** The languages of the page with this key, in alphabetical order. */
  of(key: string): readonly string[] {
    return [...(this.#languages.get(key) ?? [])].toSorted();
  }
}
