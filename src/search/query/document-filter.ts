import { isDeleted, type Segment } from "../file/segment.ts";

/** Which documents a search may return. */
export interface DocumentFilter {
  /** Languages, as they stand in the index. */
  readonly languages?: ReadonlySet<string>;
  readonly version?: string;
  /** A section and everything below it. */
  readonly section?: string;
}

type DocumentTest = (document: number) => boolean;

/** Filters are few and come again; what is kept of each is a byte a name. */
const MAX_KEPT = 32;

/** Makes filters into tests for the documents of one segment. */
export class DocumentFilters {
  readonly #segment: Segment;
  /** By filter: which names pass it. */
  readonly #accepted = new Map<string, Uint8Array>();

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  /**
   * A test for documents by their number, or undefined when all of them pass. Names are compared
   * here, so that the test is a few look-ups.
   */
  testFor({ languages, version, section }: DocumentFilter): DocumentTest | undefined {
    const segment = this.#segment;
    const tests: DocumentTest[] = [];
    if (segment.deletedDocuments) tests.push((document) => !isDeleted(segment, document));
    if (languages) {
      const key = `language ${[...languages].toSorted().join(" ")}`;
      tests.push(this.#nameTest(key, segment.documentLanguages, (name) => languages.has(name)));
    }
    if (version !== undefined) {
      const key = `version ${version}`;
      tests.push(this.#nameTest(key, segment.documentVersions, (name) => name === version));
    }
    if (section !== undefined && section !== "") {
      const below = section.endsWith("/") ? section : `${section}/`;
      const isBelow = (name: string): boolean => `${name}/`.startsWith(below);
      tests.push(this.#nameTest(`section ${below}`, segment.documentSections, isBelow));
    }
    const [first, ...rest] = tests;
    if (first === undefined || rest.length === 0) return first;
    return (document) => tests.every((test) => test(document));
  }

  #nameTest(key: string, column: Uint32Array, accepts: (name: string) => boolean): DocumentTest {
    const kept = this.#accepted.get(key);
    const accepted = kept ?? this.#acceptedNames(accepts);
    if (!kept) {
      if (this.#accepted.size >= MAX_KEPT) this.#accepted.clear();
      this.#accepted.set(key, accepted);
    }
    return (document) => accepted[column[document]!] === 1;
  }

  #acceptedNames(accepts: (name: string) => boolean): Uint8Array {
    const { names } = this.#segment;
    return Uint8Array.from({ length: names.length }, (_, name) =>
      accepts(names.text(name)) ? 1 : 0,
    );
  }
}
