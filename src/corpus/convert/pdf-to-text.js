import { getDocument, VerbosityLevel } from "unpdf/pdfjs";

/**
 * The text of a PDF: for each page its pieces in the order in which they are drawn, and the outline
 * with the page (from 0) that each entry leads to. Scripts, fonts and pictures are not touched.
 */
export async function pdfToText({ bytes, maxPages, maxPieces, maxOutline }) {
  const task = getDocument({
    data: bytes,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    useWorkerFetch: false,
    enableXfa: false,
    stopAtErrors: false,
    maxImageSize: 1,
    verbosity: VerbosityLevel.ERRORS,
  });
  try {
    const document = await task.promise;
    if (document.numPages > maxPages) return { pageCount: document.numPages };
    const { info } = await document.getMetadata().catch(() => ({ info: {} }));
    const outline = await outlineOf(document, maxOutline);
    const pages = [];
    let pieces = 0;
    for (let number = 1; number <= document.numPages; number += 1) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      pieces += items.length;
      if (pieces > maxPieces) return { pageCount: document.numPages, tooManyPieces: true };
      pages.push(items.flatMap(pieceOf));
      page.cleanup();
    }
    return {
      pageCount: document.numPages,
      title: textOf(info.Title),
      language: textOf(info.Language),
      outline,
      pages,
    };
  } finally {
    await task.destroy();
  }
}

function pieceOf(item) {
  if (typeof item.str !== "string") return [];
  const [a, b, , d, x, y] = item.transform;
  // Text that is turned (margin notes of preprint servers, labels of axes) is no line of the page.
  const size = Math.abs(b) > Math.abs(a) ? 0 : Math.abs(d) || item.height;
  return [{ text: item.str, x, y, width: item.width, size, endsLine: item.hasEOL }];
}

async function outlineOf(document, maxOutline) {
  const entries = [];
  const visit = async (items, depth) => {
    for (const { title, dest, items: below } of items) {
      if (entries.length >= maxOutline || depth > 16) return;
      entries.push({ title, depth, page: await pageOf(document, dest) });
      await visit(below ?? [], depth + 1);
    }
  };
  await visit((await document.getOutline().catch(() => null)) ?? [], 0);
  return entries.filter(({ page }) => page !== undefined);
}

async function pageOf(document, dest) {
  try {
    const target = typeof dest === "string" ? await document.getDestination(dest) : dest;
    const reference = target?.[0];
    return typeof reference === "number" ? reference : await document.getPageIndex(reference);
  } catch {
    return undefined;
  }
}

function textOf(value) {
  return typeof value === "string" ? value : undefined;
}
