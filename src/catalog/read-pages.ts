import type { Page, Problem } from "../corpus/page.ts";
import type { LoadOptions, Source } from "../corpus/source.ts";
import { createBreather } from "../lib/breathe.ts";
import { fingerprintOf, type KeptPage } from "./kept-pages.ts";

/** A page of a source as it is now. */
export interface PageReading {
  readonly sourceId: string;
  readonly fingerprint: string;
  /** Absent when it is the page that was there before. */
  readonly page?: Page;
}

export interface ReadPagesOptions extends Pick<LoadOptions, "signal" | "parsed"> {
  /** Called for each page that could not be read. */
  readonly onProblem?: (problem: Problem) => void;
}

/**
 * Reads a source to its end and sets apart what is not as it was. Nothing of it counts before the
 * end is reached: a source that fails on the way has not been read. Throws like `Source.load`.
 */
export async function readPages(
  source: Source,
  before: readonly KeptPage[],
  { onProblem, ...options }: ReadPagesOptions,
): Promise<readonly PageReading[]> {
  const known = new Map(before.map(({ sourceId, fingerprint }) => [sourceId, fingerprint]));
  const breathe = createBreather();
  const readings: PageReading[] = [];
  for await (const item of source.load(options)) {
    options.signal?.throwIfAborted();
    if (item.kind === "problem") {
      onProblem?.(item.problem);
      continue;
    }
    const { page } = item;
    const fingerprint = fingerprintOf(item);
    const isSame = known.get(page.id) === fingerprint;
    readings.push({ sourceId: page.id, fingerprint, ...(isSame ? {} : { page }) });
    await breathe();
  }
  return readings;
}
