import { describe, expect, it } from "vitest";
import { convert } from "../../../src/corpus/convert/convert.ts";

const input = { text: "= Title\n\nWords.", attributes: {} };

describe("convert", () => {
  it("gives up what takes too long, and goes on in a new thread", async () => {
    const long = { text: "* x *y* _z_ `w` ".repeat(200_000), attributes: {} };
    const results = await Promise.allSettled([
      convert({ kind: "asciidoc", input: long, timeoutMs: 1 }),
      convert({ kind: "asciidoc", input, timeoutMs: 60_000 }),
    ]);
    expect(results).toMatchObject([
      {
        status: "rejected",
        reason: {
          code: "ERR_PAGE_UNREADABLE",
          message: "it takes more than 0.001 seconds to read",
        },
      },
      { status: "fulfilled", value: { title: "Title" } },
    ]);
  });

  it("tells what the library says is wrong", async () => {
    const bytes = new Uint8Array(10);
    await expect(
      convert({
        kind: "pdf",
        input: { bytes, maxPages: 1, maxPieces: 1, maxOutline: 1 },
        timeoutMs: 60_000,
      }),
    ).rejects.toMatchObject({ name: "InvalidPDFException" });
  });
});
