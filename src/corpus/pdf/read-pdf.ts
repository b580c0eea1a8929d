import type { RootContent } from "mdast";
import { DocportError } from "../../lib/errors.ts";
import { ConversionError, convert } from "../convert/convert.ts";
import { readConverted } from "../html/read-converted.ts";
import type { DocumentBlocks } from "../read-document.ts";
import { stripInvisible } from "../sections/strip-invisible.ts";
import {
  joinLines,
  linesOf,
  type PdfLine,
  paragraphsOf,
  withoutRunningLines,
} from "./pdf-lines.ts";
import type { PdfOutlineEntry, PdfText } from "./pdf-text.ts";

const MAX_PAGES = 5000;
const MAX_PIECES = 2_000_000;
const MAX_OUTLINE = 20_000;
const TIMEOUT_MS = 60_000;
/** A heading that no outline names is a short line, larger than most of the text by this factor. */
const HEADING_FACTOR = 1.15;
const MAX_HEADING_CHARS = 120;

/**
 * The text of a PDF. Headings are those of its outline, else lines in larger letters; their anchors
 * are the pages (`page=3`), as viewers understand them (RFC 8118, 3). Throws ERR_PAGE_UNREADABLE when
 * it is encrypted or broken, has more than 5,000 pages, or takes longer than a minute.
 */
export async function readPdf(bytes: Uint8Array): Promise<DocumentBlocks> {
  const { title, language, outline = [], pages, pageCount } = await toText(bytes);
  if (pages === undefined) {
    throw unreadable(`it has more text than is read (${pageCount} pages)`, "Split the document.");
  }
  const lines = withoutRunningLines(pages.map((pieces, page) => linesOf(pieces, page))).flat();
  if (lines.length === 0 && pageCount > 0) {
    throw unreadable(
      "it holds no text, only pictures",
      "Make it searchable with a program for text recognition.",
    );
  }
  const headingOf = outline.length > 0 ? byOutline(outline) : bySize(lines);
  const nodes: RootContent[] = [];
  const anchors = new Map<number, number>();
  for (const paragraph of paragraphsOf(lines)) {
    const text = stripInvisible(joinLines(paragraph));
    const page = (paragraph[0]?.page ?? 0) + 1;
    const depth = headingOf(paragraph, text);
    if (depth === undefined) {
      nodes.push({ type: "paragraph", children: [{ type: "text", value: text }] });
      continue;
    }
    const count = (anchors.get(page) ?? 0) + 1;
    anchors.set(page, count);
    const anchor = count === 1 ? `page=${page}` : `page=${page}&section=${count}`;
    nodes.push({
      type: "heading",
      depth,
      data: { anchor },
      children: [{ type: "text", value: text }],
    });
  }
  const name = title?.replaceAll(/\s+/g, " ").trim();
  return {
    ...readConverted(nodes, 10),
    title: isName(name) ? name : undefined,
    language: language === "" ? undefined : language,
  };
}

type Depth = 1 | 2 | 3 | 4 | 5 | 6;
type HeadingOf = (paragraph: readonly PdfLine[], text: string) => Depth | undefined;

/** The paragraphs whose text an entry of the outline has, on its page or the one after it. */
function byOutline(outline: readonly PdfOutlineEntry[]): HeadingOf {
  const byTitle = new Map<string, PdfOutlineEntry[]>();
  for (const entry of outline) {
    const key = keyOf(entry.title);
    byTitle.set(key, [...(byTitle.get(key) ?? []).slice(-50), entry]);
  }
  return ([line], text) => {
    if (line === undefined || text.length > 300) return undefined;
    const entries = byTitle.get(keyOf(text)) ?? [];
    const entry = entries.find(({ page }) => page === line.page || page === line.page - 1);
    return entry && depthOf(entry.depth + 2);
  };
}

/** Short paragraphs in letters larger than those of the text; the largest are the highest. */
function bySize(lines: readonly PdfLine[]): HeadingOf {
  const chars = new Map<number, number>();
  for (const { size, text } of lines) {
    const rounded = Math.round(size);
    chars.set(rounded, (chars.get(rounded) ?? 0) + text.length);
  }
  const body = [...chars].reduce((most, one) => (one[1] > most[1] ? one : most), [0, 0])[0];
  const larger = [...chars.keys()]
    .filter((size) => size > body * HEADING_FACTOR)
    .toSorted((a, b) => b - a);
  return ([line], text) => {
    if (line === undefined || text.length > MAX_HEADING_CHARS || !/\p{L}/u.test(text))
      return undefined;
    const rank = larger.indexOf(Math.round(line.size));
    return rank < 0 ? undefined : depthOf(rank + 1);
  };
}

/** Without spaces, case and a number before it, which outlines often leave out. */
function keyOf(title: string): string {
  const plain = title.normalize("NFKC").toLowerCase();
  return plain.replace(/^\s*[\divx][\divx.)]*(?=\s)/, "").replaceAll(/[\s\p{P}\p{C}]+/gu, "");
}

function depthOf(level: number): Depth {
  const depths = [1, 2, 3, 4, 5, 6] as const;
  return depths[Math.min(level, 6) - 1] ?? 6;
}

/** Programs put the name of a file, or nothing at all, where the title should be. */
function isName(title: string | undefined): title is string {
  return (
    title !== undefined &&
    /\p{L}/u.test(title) &&
    !/^untitled|\.(?:docx?|tex|indd|dvi|pdf)$/i.test(title)
  );
}

async function toText(bytes: Uint8Array): Promise<PdfText> {
  const limits = { maxPages: MAX_PAGES, maxPieces: MAX_PIECES, maxOutline: MAX_OUTLINE };
  try {
    // A copy: the bytes may be part of a larger buffer.
    const input = { bytes: new Uint8Array(bytes), ...limits };
    const output = await convert({ kind: "pdf", input, timeoutMs: TIMEOUT_MS });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by pdf-to-text.js
    return output as PdfText;
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    throw error.name === "PasswordException"
      ? unreadable("it is encrypted", "Save the PDF without a password.", error)
      : unreadable(`it is no PDF that can be read: ${error.message}`, "Export it again.", error);
  }
}

function unreadable(reason: string, hint: string, cause?: unknown): DocportError {
  return new DocportError("ERR_PAGE_UNREADABLE", reason, { hint, cause });
}
