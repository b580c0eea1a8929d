import { detectLanguage } from "../analysis/detect-language.ts";
import { IndexBuilder } from "../index-builder.ts";
import { SearchIndex } from "../search-index.ts";
import type { CollectionDocument } from "./beir.ts";

/** Documents by which the language of a collection is recognised. */
const LANGUAGE_SAMPLE = 200;
const NOTHING = new Uint8Array(0);

/**
 * An index of a test collection, built as documentation is: each document is a page of one section.
 * A collection is in one language, which its first documents tell together.
 */
export async function indexCollection(
  documents: AsyncIterable<CollectionDocument>,
): Promise<SearchIndex> {
  const builder = new IndexBuilder();
  const sample: CollectionDocument[] = [];
  let language: string | undefined;
  const add = ({ id, title, text }: CollectionDocument): void => {
    builder.add({
      ...{ id, group: id, language: language ?? "", section: id, title },
      ...{ headings: [], text, code: "", stored: NOTHING },
    });
  };
  const settle = (): void => {
    language = detectLanguage(sample.map(({ title, text }) => `${title}\n${text}`).join("\n"));
    for (const document of sample) add(document);
  };
  for await (const document of documents) {
    if (language !== undefined) {
      add(document);
      continue;
    }
    sample.push(document);
    if (sample.length === LANGUAGE_SAMPLE) settle();
  }
  if (language === undefined) settle();
  return SearchIndex.open(builder.finish(NOTHING));
}
