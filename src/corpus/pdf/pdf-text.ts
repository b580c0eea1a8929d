/** What the converter gives of a PDF, see pdf-to-text.js. Lengths are in points, y grows upwards. */
export interface PdfPiece {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** Height of the letters; 0 when the text is turned. */
  readonly size: number;
  readonly endsLine: boolean;
}

export interface PdfOutlineEntry {
  readonly title: string;
  /** 0 at the top. */
  readonly depth: number;
  /** From 0. */
  readonly page: number;
}

export interface PdfText {
  readonly pageCount: number;
  readonly title?: string | undefined;
  readonly language?: string | undefined;
  readonly outline?: readonly PdfOutlineEntry[];
  /** Absent when there are too many pages or pieces. */
  readonly pages?: readonly (readonly PdfPiece[])[];
}
