export interface PdfLineSpec {
  readonly text: string;
  readonly x?: number;
  readonly y: number;
  readonly size?: number;
}

export interface PdfSpec {
  readonly pages: readonly (readonly PdfLineSpec[])[];
  /** Titles with the page (from 0) that they lead to. */
  readonly outline?: readonly (readonly [title: string, page: number])[];
  readonly title?: string;
  readonly encrypted?: boolean;
}

/** A small PDF in Helvetica, with a cross-reference table and nothing packed. */
export function makePdf({ pages, outline = [], title, encrypted = false }: PdfSpec): Uint8Array {
  const objects: string[] = [];
  const add = (body: string): number => objects.push(body);
  const pageIds = pages.map((_, at) => 4 + 2 * at);
  const firstEntry = 4 + 2 * pages.length;
  add(`<< /Type /Catalog /Pages 2 0 R /Outlines ${firstEntry + outline.length} 0 R >>`);
  add(
    `<< /Type /Pages /Count ${pages.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(" ")}] >>`,
  );
  add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
  for (const lines of pages) {
    const content = lines
      .map(
        ({ text, x = 72, y, size = 10 }) =>
          `BT /F1 ${size} Tf ${x} ${y} Td (${escape(text)}) Tj ET`,
      )
      .join("\n");
    const next = objects.length + 2;
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${next} 0 R >>`,
    );
    add(`<< /Length ${content.length} >>\nstream\n${content}\nendstream`);
  }
  const root = firstEntry + outline.length;
  for (const [at, [name, page]] of outline.entries()) {
    const next = at + 1 < outline.length ? `/Next ${firstEntry + at + 1} 0 R` : "";
    add(
      `<< /Title (${escape(name)}) /Parent ${root} 0 R ${next} /Dest [${pageIds[page]} 0 R /Fit] >>`,
    );
  }
  const ends = outline.length > 0 ? `/First ${firstEntry} 0 R /Last ${root - 1} 0 R` : "";
  add(`<< /Type /Outlines /Count ${outline.length} ${ends} >>`);
  const info = add(`<< ${title === undefined ? "" : `/Title (${escape(title)})`} >>`);
  const key = "00".repeat(32);
  const security = encrypted
    ? `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${key}> /U <${key}> >> /ID [<00> <00>]`
    : "";
  let text = "%PDF-1.4\n";
  const offsets = objects.map((body, at) => {
    const offset = text.length;
    text += `${at + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = text.length;
  const entries = offsets
    .map((offset) => `${String(offset).padStart(10, "0")} 00000 n \n`)
    .join("");
  text += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`;
  text += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info ${info} 0 R ${security} >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, "latin1");
}

const escape = (text: string): string => text.replaceAll(/[\\()]/g, "\\$&");
