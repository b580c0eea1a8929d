import { isDeleted, type Segment } from "../file/segment.ts";

/** Which documents a search may return. */
export interface DocumentFilter {
  /** Languages, as they stand in the index. */
  readonly languages?: ReadonlySet<string>;
  readonly version?: string;
  /** A section and everything below it. */
  readonly section?: string;
}

/**
 * A test for documents of a segment by their number, or undefined when all of them pass. Names are
 * compared once here, so that the test is a few lookups.
 */
export function documentFilter(
  segment: Segment,
  filter: DocumentFilter,
): ((document: number) => boolean) | undefined {
  const { languages, version, section } = filter;
  const tests: ((document: number) => boolean)[] = [];
  if (segment.deletedDocuments) tests.push((document) => !isDeleted(segment, document));
  const addNameTest = (column: Uint32Array, accepts: (name: string) => boolean): void => {
    const accepted = Uint8Array.from({ length: segment.names.length }, (_, name) =>
      accepts(segment.names.text(name)) ? 1 : 0,
    );
    tests.push((document) => accepted[column[document]!] === 1);
  };
  if (languages) addNameTest(segment.documentLanguages, (name) => languages.has(name));
  if (version !== undefined) addNameTest(segment.documentVersions, (name) => name === version);
  if (section !== undefined && section !== "") {
    const below = section.endsWith("/") ? section : `${section}/`;
    addNameTest(segment.documentSections, (name) => `${name}/`.startsWith(below));
  }
  const [first, ...rest] = tests;
  if (first === undefined || rest.length === 0) return first;
  return (document) => tests.every((test) => test(document));
}
