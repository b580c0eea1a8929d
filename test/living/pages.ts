import type { Page, Problem } from "../../src/corpus/page.ts";
import type { Source, SourceItem } from "../../src/corpus/source.ts";

/** A page with one section a paragraph. */
export function testPage(id: string, title: string, paragraphs: readonly string[]): Page {
  const slices = [
    `# ${title}\n\n`,
    ...paragraphs.map((text, number) => `## Part ${number}\n\n${text}\n\n`),
  ];
  return {
    id,
    title,
    url: `/${id}/`,
    aliases: [],
    language: "en",
    path: `${id}.md`,
    markdown: slices.join(""),
    sections: slices.map((markdown, number) => ({
      id: number === 0 ? id : `${id}#part-${number - 1}`,
      anchor: number === 0 ? "" : `part-${number - 1}`,
      title: number === 0 ? title : `Part ${number - 1}`,
      headingPath: number === 0 ? [title] : [title, `Part ${number - 1}`],
      url: number === 0 ? `/${id}/` : `/${id}/#part-${number - 1}`,
      level: number === 0 ? 0 : 2,
      markdown,
      text: number === 0 ? "" : (paragraphs[number - 1] ?? ""),
      code: "",
    })),
  };
}

/** A source whose pages a test changes, and which fails when it is told to. */
export class TestSource implements Source {
  readonly name: string;
  pages: readonly Page[];
  /** Thrown after this many pages. */
  failure: { readonly error: Error; readonly afterPages: number } | undefined;
  /** Told of before the pages. */
  problems: readonly Problem[] = [];
  loads = 0;

  constructor(name: string, pages: readonly Page[]) {
    this.name = name;
    this.pages = pages;
  }

  async *load(): AsyncGenerator<SourceItem, void, void> {
    this.loads += 1;
    const { failure } = this;
    for (const problem of this.problems) yield { kind: "problem", problem };
    for (const [number, page] of this.pages.entries()) {
      if (failure && number === failure.afterPages) throw failure.error;
      yield { kind: "page", page };
    }
    if (failure) throw failure.error;
  }
}
