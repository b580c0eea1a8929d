import {
  type DocumentBlocks,
  type DocumentKind,
  documentOf,
  type ReadDocument,
  readDocument,
} from "./read-document.ts";
import { normalizeText } from "./sections/strip-invisible.ts";
import { decodeUtf8 } from "./sources/read-text.ts";

/** What a file may hold. Libraries that only some kinds need are loaded when one is met. */
export type FileKind = DocumentKind | TextKind | "pdf";
type TextKind = "asciidoc" | "rst" | "notebook" | "openapi";

/** Levels of blocks in each other; see `readDocument`. */
const MAX_DEPTH = 100;

const TEXT_READERS: Readonly<Record<TextKind, (text: string) => Promise<DocumentBlocks>>> = {
  asciidoc: async (text) =>
    (await import("./asciidoc/read-asciidoc.ts")).readAsciidoc(text, MAX_DEPTH),
  rst: async (text) => (await import("./rst/read-rst.ts")).readRst(text, MAX_DEPTH),
  notebook: async (text) =>
    (await import("./notebook/read-notebook.ts")).readNotebook(text, MAX_DEPTH),
  openapi: async (text) => (await import("./openapi/read-openapi.ts")).readOpenapi(text, MAX_DEPTH),
};

/**
 * Reads the bytes of a file. The caller has checked their number. Throws a DocportError
 * ERR_PAGE_UNREADABLE when they are not what the kind says, or would exhaust us.
 */
export async function readFile(bytes: Uint8Array, kind: FileKind): Promise<ReadDocument> {
  if (kind === "pdf") return documentOf(await (await import("./pdf/read-pdf.ts")).readPdf(bytes));
  const text = decodeUtf8(bytes);
  if (kind === "markdown" || kind === "mdx" || kind === "html") return readDocument(text, kind);
  return documentOf(await TEXT_READERS[kind](normalizeText(text)));
}
