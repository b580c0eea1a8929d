import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { detectKind } from "../../../src/corpus/sources/detect-kind.ts";
import { openSource, type SourceSettings } from "../../../src/corpus/sources/open-source.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const open = (settings: SourceSettings): Promise<unknown> => openSource(settings, { fetch });

describe("detectKind", () => {
  it.each([
    ["/docs", "folder", "folder"],
    ["/docs/index.json", "file", "export"],
    ["https://example.org/docport.jsonl?x=1", "url", "export"],
    ["https://example.org/docs/llms.txt", "url", "llms"],
    ["/a/llms-full.txt", "file", "llms-full"],
    ["/a/llms-full-en.txt", "file", "llms-full"],
    ["/a/guide.MDX", "file", "file"],
    ["https://example.org/docs/", "url", "website"],
    ["https://example.org/docs/index.html", "url", "website"],
    ["https://example.org/sitemap.xml", "url", "website"],
  ] as const)("takes %s (%s) for %s", (location, target, kind) => {
    expect(detectKind(location, target)).toBe(kind);
  });

  it.each([
    ["/a/data.csv", "file", undefined],
    ["/docs", "folder", "export"],
    ["/docs", "folder", "website"],
    ["https://example.org/x", "url", "folder"],
  ] as const)("cannot take %s (%s) for %s", (location, target, forced) => {
    expect(() => detectKind(location, target, forced)).toThrow(
      expect.objectContaining({ code: "ERR_SOURCE_KIND" }),
    );
  });

  it("lets the kind be forced where it fits", () => {
    expect(detectKind("/a/x.txt", "file", "llms-full")).toBe("llms-full");
    expect(detectKind("https://example.org/x", "url", "export")).toBe("export");
  });
});

describe("openSource", () => {
  it("suggests what may have been meant", async () => {
    const folder = temporaryFolder({ "documentation/a.md": "x", "other.txt": "x" });
    await expect(open({ location: join(folder, "documentaton") })).rejects.toMatchObject({
      code: "ERR_SOURCE_NOT_FOUND",
      hint: `Did you mean "${join(folder, "documentation")}"?`,
    });
    await expect(open({ location: join(folder, "zzz") })).rejects.toMatchObject({
      hint: expect.stringContaining("Check the spelling"),
    });
    await expect(open({ location: join(folder, "other.txt/a") })).rejects.toMatchObject({
      code: "ERR_SOURCE_NOT_FOUND",
    });
  });

  it("keeps the name as it was given, and refuses a base that is no URL", async () => {
    const location = temporaryFolder({ "a.md": "x" });
    expect(await openSource({ location }, { fetch })).toMatchObject({ name: location });
    await expect(open({ location, baseUrl: "example.org" })).rejects.toThrow(RangeError);
  });
});
