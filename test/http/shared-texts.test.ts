import { describe, expect, it } from "vitest";
import { llmsFullTxt, streamText } from "../../src/http/llms-txt.ts";
import { type SharedText, SharedTexts } from "../../src/http/shared-texts.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";

describe("SharedTexts", () => {
  it("makes a text once while it is held, and one for each key", () => {
    const texts = new SharedTexts();
    const made: string[] = [];
    const ask = (key: string): SharedText =>
      texts.get(key, () => {
        made.push(key);
        return `text of ${key}`;
      });
    const held = [ask("a"), ask("b"), ask("a"), ask("a")];
    expect(held.map(({ text }) => text)).toEqual([
      "text of a",
      "text of b",
      "text of a",
      "text of a",
    ]);
    expect(made).toEqual(["a", "b"]);
  });

  it("gives all who are sent everything the same pages", () => {
    const texts = new SharedTexts();
    const sent = [1, 2].map(() => [
      ...llmsFullTxt(createFakeCatalog(), "https://docs.example.com/", texts),
    ]);
    const pages = sent.map((pieces) => pieces.filter((piece) => typeof piece !== "string"));
    expect(pages[0]?.length).toBeGreaterThan(2);
    for (const [at, page] of (pages[0] ?? []).entries()) expect(pages[1]?.[at]).toBe(page);
  });

  it("are streamed whole, however long they are", async () => {
    const text = `${"größer 🙂 ".repeat(9_000)}end`;
    const response = new Response(streamText(["a", { text }, "b"]));
    expect(await response.text()).toBe(`a${text}b`);
  });
});
