import type { Page } from "../page.ts";
import { pageWithId } from "../page-with-id.ts";
import type { Source } from "../source.ts";

/**
 * A source as one of several documentations: its pages' ids begin with its name, so that they are
 * told apart and can be searched alone. Translations are looked for within it only.
 */
export function namedSource(source: Source, name: string): Source {
  return {
    name: source.name,
    ...(source.revision && { revision: (options) => source.revision?.(options) ?? NO_REVISION }),
    async *load(options) {
      for await (const item of source.load(options)) {
        yield item.kind === "page" ? { ...item, page: namedPage(item.page, name) } : item;
      }
    },
  };
}

const NO_REVISION = Promise.resolve(undefined);

function namedPage(page: Page, name: string): Page {
  const named = pageWithId(page, `${name}/${page.id}`);
  const { translationKey } = page;
  if (translationKey === undefined) return named;
  return { ...named, translationKey: `${name}/${translationKey}` };
}
