import { buildCatalog } from "../../src/catalog/build-catalog.ts";
import { type IndexedCatalog, openCatalog } from "../../src/catalog/open-catalog.ts";
import type { Page } from "../../src/corpus/page.ts";

export const BUILT_AT: number = Date.UTC(2026, 10, 22);

export interface PageSpec {
  readonly id: string;
  readonly title?: string;
  readonly text?: string;
  readonly language?: string;
  readonly version?: string;
  readonly translationKey?: string;
  readonly description?: string;
  readonly aliases?: readonly string[];
}

/** A catalog as a server has it, of pages that each are one section. */
export async function catalogOf(
  specs: readonly PageSpec[],
  builtAt: number = BUILT_AT,
): Promise<IndexedCatalog> {
  const pages = specs.map(pageOf);
  const source = {
    name: "test",
    async *load() {
      for (const page of pages) yield { kind: "page", page } as const;
    },
  };
  return openCatalog(await buildCatalog([source], { title: "Manual" }, { now: builtAt }));
}

function pageOf(spec: PageSpec): Page {
  const { id, title = id, text = "Nothing.", language = "en", aliases = [] } = spec;
  const markdown = `# ${title}\n\n${text}\n`;
  const url = `/${id}/`;
  return {
    ...{ id, title, url, aliases, language, markdown, path: `${id}.md` },
    ...(spec.version === undefined ? {} : { version: spec.version }),
    ...(spec.translationKey === undefined ? {} : { translationKey: spec.translationKey }),
    ...(spec.description === undefined ? {} : { description: spec.description }),
    sections: [
      { id, anchor: "", title, headingPath: [title], url, level: 0, markdown, text, code: "" },
    ],
  };
}
