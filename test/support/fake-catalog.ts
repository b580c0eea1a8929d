import type {
  Catalog,
  CatalogFacts,
  CatalogHit,
  CatalogPage,
  CatalogSection,
} from "../../src/catalog/catalog.ts";

export interface FakePage {
  readonly id: string;
  readonly markdown: string;
  readonly title?: string;
  readonly url?: string;
  readonly language?: string;
  readonly version?: string;
  readonly translationKey?: string;
  readonly description?: string;
}

/** A dozen pages in three languages and two versions, one of them long. */
export const FAKE_PAGES: readonly FakePage[] = [
  {
    id: "guide/install",
    version: "2.0",
    translationKey: "install",
    description: "Getting it onto a machine.",
    markdown:
      "# Install\n\nDownload the binary and run it.\n\n## Linux\n\nUse the package.\n\n```sh\napt install demo\n```\n\n### Debian\n\nThe Debian package is in the main archive.\n\n## macOS\n\nUse Homebrew.\n",
  },
  {
    id: "de/guide/install",
    language: "de",
    version: "2.0",
    translationKey: "install",
    markdown: "# Installieren\n\nLade das Programm herunter.\n\n## Linux\n\nNimm das Paket.\n",
  },
  {
    id: "ja/guide/install",
    language: "ja",
    version: "2.0",
    translationKey: "install",
    markdown: "# インストール\n\nバイナリをダウンロードして実行します。\n",
  },
  {
    id: "guide/configure",
    version: "2.0",
    markdown:
      "# Configure\n\nSet `PORT` and `HOST`.\n\n## Environment\n\nEvery setting has a variable.\n",
  },
  {
    id: "guide/upgrade",
    version: "1.0",
    markdown: "# Upgrade\n\nFrom 0.9 to 1.0 nothing breaks.\n",
  },
  {
    id: "reference/cli",
    markdown: "# Command line\n\n## serve\n\nStarts the server.\n\n## index\n\nWrites the index.\n",
  },
  {
    id: "reference/errors",
    markdown: "# Errors\n\n## ERR_LISTEN_IN_USE\n\nAnother program has the port.\n",
  },
  {
    id: "reference/long",
    title: "Everything at length",
    markdown: `# Everything at length\n\n${Array.from(
      { length: 120 },
      (_, i) =>
        `## Part ${i + 1}\n\nThis is part ${i + 1} of the long page. ${"It explains the configuration of the server in every detail that there is. ".repeat(12)}\n\n`,
    ).join("")}`,
  },
  { id: "about", url: "https://other.example/about", markdown: "# About\n\nWho made it.\n" },
  {
    id: 'odd/quo"te & space',
    title: 'A "quoted" title',
    markdown: "# Odd\n\nA\u200Bhidden\u202E text\u0000 and a [link](x).\n",
  },
  { id: "empty", markdown: "" },
  { id: "faq", markdown: "# Questions\n\nWhy is the port taken? See the errors.\n" },
];

/** A catalog for tests of what is above it: naive search, sections split at ATX headings. */
export function createFakeCatalog(
  fakes: readonly FakePage[] = FAKE_PAGES,
  facts: Partial<CatalogFacts> & { readonly revision?: string } = {},
): Catalog {
  const pages = fakes.map(toPage);
  const byId = new Map(pages.map((page) => [page.id, page]));
  const { revision = "fake-1", ...rest } = facts;
  return {
    revision,
    facts: { ...factsOf(pages), ...rest },
    page: (id) => byId.get(id),
    pages: () => pages,
    resolve(idOrUrl) {
      for (const page of pages) {
        if ([page.id, page.url, page.url.replace(/\/$/, "")].includes(idOrUrl)) return { page };
        const section = page.sections.find((one) => one.id === idOrUrl || one.url === idOrUrl);
        if (section) return { page, section };
      }
      return undefined;
    },
    search(query, options = {}) {
      const terms = query.toLowerCase().split(/\s+/).filter(Boolean);
      const hits = pages
        .filter((page) => options.version === undefined || page.version === options.version)
        .filter((page) => options.section === undefined || page.id.startsWith(options.section))
        .flatMap((page) => page.sections.map((section) => toHit(page, section, terms, pages)))
        .filter((hit) => hit.score > 0)
        .toSorted(
          (a, b) =>
            Number(b.language === options.language) - Number(a.language === options.language) ||
            b.score - a.score,
        );
      const best = Math.max(0, ...hits.map((hit) => hit.score));
      const confidence = terms.length === 0 ? 0 : best / terms.length;
      return {
        hits: hits.slice(0, options.limit ?? 10),
        total: hits.length,
        confidence,
        answered: confidence >= 0.5,
      };
    },
  };
}

function toPage(fake: FakePage): CatalogPage {
  const { id, markdown } = fake;
  const url = fake.url ?? `https://docs.example.com/${id}/`;
  const title = fake.title ?? /^# (.*)$/m.exec(markdown)?.[1] ?? id;
  const starts = [0];
  for (const match of markdown.matchAll(/^#{2,6} .*$/gm)) starts.push(match.index);
  const path: string[] = [title];
  const sections = starts.map((start, i): CatalogSection => {
    const [, marks = "", text = title] =
      i === 0 ? [] : (/^(#+) (.*)$/m.exec(markdown.slice(start)) ?? []);
    const anchor = i === 0 ? "" : text.toLowerCase().replace(/\W+/g, "-");
    if (i > 0) path.splice(marks.length - 1, path.length, text);
    return {
      id: anchor === "" ? id : `${id}#${anchor}`,
      anchor,
      title: text,
      headingPath: [...path],
      url: anchor === "" ? url : `${url}#${anchor}`,
      level: marks.length,
      start,
      end: starts[i + 1] ?? markdown.length,
    };
  });
  return { ...fake, title, url, aliases: [], language: fake.language ?? "en", sections };
}

function toHit(
  page: CatalogPage,
  section: CatalogSection,
  terms: readonly string[],
  pages: readonly CatalogPage[],
): CatalogHit {
  const text = page.markdown.slice(section.start, section.end);
  const lower = text.toLowerCase();
  const score = terms.filter((term) => lower.includes(term)).length;
  return {
    ...section,
    language: page.language,
    ...(page.version === undefined ? {} : { version: page.version }),
    pageId: page.id,
    score,
    snippet: {
      text: text.slice(0, 240),
      matches: [],
      cutBefore: false,
      cutAfter: text.length > 240,
    },
    matched: [],
    translations: pages
      .filter((one) => page.translationKey !== undefined && one !== page)
      .filter((one) => one.translationKey === page.translationKey)
      .map((one) => one.language),
  };
}

function factsOf(pages: readonly CatalogPage[]): CatalogFacts {
  const count = (values: readonly string[]): [string, number][] =>
    [...new Set(values)]
      .map((value): [string, number] => [value, values.filter((one) => one === value).length])
      .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  return {
    title: "Demo",
    baseUrl: "https://docs.example.com/",
    pageCount: pages.length,
    sectionCount: pages.reduce((sum, page) => sum + page.sections.length, 0),
    languages: count(pages.map((page) => page.language)).map(([language, pageCount]) => ({
      language,
      pageCount,
    })),
    versions: [...new Set(pages.flatMap((page) => page.version ?? []))],
    topSections: count(
      pages.flatMap((page) => (page.id.includes("/") ? [page.id.split("/")[0] ?? ""] : [])),
    ).map(([section, pageCount]) => ({ section, pageCount })),
    builtAt: Date.UTC(2026, 10, 22),
  };
}
