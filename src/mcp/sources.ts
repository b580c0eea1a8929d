import type { CorpusDescription } from "./corpus-description.ts";
import type { ArgumentSpec, ArgumentSpecs } from "./tool-arguments.ts";

/*
 * Several documentations behind one server: the ids of each begin with its name.
 */

const SOURCE_ARGUMENT: ArgumentSpec = {
  type: "string",
  aliases: ["corpus", "library", "collection", "product"],
};

/** The arguments of a tool, with the documentation that is meant where there are several. */
export function withSource(
  specs: ArgumentSpecs,
  { sources }: Pick<CorpusDescription, "sources">,
): ArgumentSpecs {
  return sources.length < 2 ? specs : { ...specs, source: SOURCE_ARGUMENT };
}

/** The documentation that a page is of; undefined where there is only one. */
export function sourceOf(pageId: string, { sources }: CorpusDescription): string | undefined {
  if (sources.length < 2) return undefined;
  return sources.find((name) => pageId.startsWith(`${name}/`));
}

/** The documentation of that name, however it is written. */
export function matchSource(
  value: string,
  { sources }: Pick<CorpusDescription, "sources">,
): string | undefined {
  const wanted = value.toLowerCase();
  return sources.find((name) => name.toLowerCase() === wanted);
}
