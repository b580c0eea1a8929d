import { describe, expect, it } from "vitest";
import { readFile } from "../../../src/corpus/read-file.ts";
import { makePdf, type PdfLineSpec } from "./make-pdf.ts";

const PROSE: readonly PdfLineSpec[] = [
  { text: "The pump moves water from the tank to the green-", y: 700 },
  { text: "house, twice a day.", y: 688 },
  { text: "Check the filter first.", y: 660 },
];

describe("readPdf", () => {
  it("joins lines and parted words, and takes headings from the outline", async () => {
    const page = (number: number, lines: readonly PdfLineSpec[]): readonly PdfLineSpec[] => [
      { text: "Pump manual", y: 760 },
      ...lines,
      { text: `Page ${number}`, y: 40 },
    ];
    const pdf = makePdf({
      title: "Pump manual",
      pages: [
        page(1, [{ text: "1 Starting the pump", y: 730 }, ...PROSE]),
        page(2, [
          { text: "Second page", y: 730 },
          { text: "Words (more).", y: 700 },
        ]),
        page(3, [
          { text: "2 Repairs", y: 730 },
          { text: "Call us.", y: 700 },
        ]),
      ],
      outline: [
        ["Starting the pump", 0],
        ["2 Repairs", 2],
      ],
    });
    const { title, markdown, sections } = await readFile(pdf, "pdf");
    expect(title).toBe("Pump manual");
    expect(markdown).toBe(
      [
        "## 1 Starting the pump",
        "The pump moves water from the tank to the greenhouse, twice a day.",
        "Check the filter first.",
        "Second page",
        "Words (more).",
        "## 2 Repairs",
        "Call us.\n",
      ].join("\n\n"),
    );
    expect(sections.map(({ anchor }) => anchor)).toEqual(["", "page=1", "page=3"]);
    expect(sections.map((section) => section.markdown).join("")).toBe(markdown);
  });

  it("guesses headings from the size of the letters when there is no outline", async () => {
    const pages = [
      [{ text: "Pumps", y: 740, size: 20 }, { text: "Starting", y: 720, size: 14 }, ...PROSE],
    ];
    const { title, sections } = await readFile(makePdf({ pages }), "pdf");
    expect(title).toBe("Pumps");
    expect(sections.map(({ title: heading }) => heading)).toEqual(["Pumps", "Starting"]);
  });

  it.each([
    ["encrypted", makePdf({ pages: [PROSE], encrypted: true }), /^it is encrypted$/],
    ["empty of text", makePdf({ pages: [[]] }), /holds no text, only pictures/],
    ["no PDF", Buffer.from("words"), /no PDF that can be read/],
    ["cut", makePdf({ pages: [PROSE] }).subarray(0, 60), /no PDF that can be read/],
  ])("says in one sentence that a file is %s", async (_, bytes, reason) => {
    await expect(readFile(bytes, "pdf")).rejects.toMatchObject({
      code: "ERR_PAGE_UNREADABLE",
      message: expect.stringMatching(reason),
    });
  });
});
