import type { Page, Problem } from "../../../src/corpus/page.ts";
import type { LoadOptions, Source } from "../../../src/corpus/source.ts";
import {
  openSource,
  type SourceSeams,
  type SourceSettings,
} from "../../../src/corpus/sources/open-source.ts";

export interface Loaded {
  readonly pages: readonly Page[];
  readonly problems: readonly Problem[];
}

/** No network: a test that needs one passes its own. */
const noFetch: typeof fetch = () => Promise.reject(new Error("no network in tests"));

export async function loadAll(source: Source, options?: LoadOptions): Promise<Loaded> {
  const pages: Page[] = [];
  const problems: Problem[] = [];
  for await (const item of source.load(options)) {
    if (item.kind === "page") pages.push(item.page);
    else problems.push(item.problem);
  }
  return { pages, problems };
}

export async function load(
  settings: SourceSettings,
  seams: Partial<SourceSeams> = {},
): Promise<Loaded> {
  return loadAll(await openSource(settings, { fetch: noFetch, ...seams }));
}

/** The pages of a source that has no problems. */
export async function pagesOf(
  settings: SourceSettings,
  seams: Partial<SourceSeams> = {},
): Promise<readonly Page[]> {
  const { pages, problems } = await load(settings, seams);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return pages;
}
