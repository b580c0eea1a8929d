import { describe, expect, it } from "vitest";
import type { IndexedCatalog } from "../../src/catalog/open-catalog.ts";
import { createConfig } from "../../src/config.ts";
import { loadCatalog } from "../../src/load-catalog.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GERMAN = {
  "docs/index.md":
    "---\ntitle: Willkommen\ndescription: The start\n---\n\nDies ist die Dokumentation für alle, die mit dem Server arbeiten und nicht wissen, wo sie anfangen sollen.\n",
  "docs/install.md":
    "# Installation\n\nSo wird das Programm auf einem Rechner installiert, der noch nicht eingerichtet ist.\n\n```sh\nif the server is not there then run this and that for all of it\n```\n",
  "docs/zertifikate.html":
    '<html><body><a href="a">Das Zertifikat</a><p>Die Verlängerung der Zertifikate geschieht von selbst, wenn der Server läuft und die Adresse stimmt.</p></body></html>',
  "docs/api.md": "# API\n\n`GET /v1/items`\n",
};

async function catalogOf(
  files: Readonly<Record<string, string>>,
  more = {},
): Promise<IndexedCatalog> {
  await using folder = await temporaryFolder(files);
  const config = createConfig({ sources: ["docs"], ...more }, folder.path);
  return await loadCatalog(config, { fetch, now: Date.now });
}

const languagesOf = ({ facts }: IndexedCatalog): string[] =>
  facts.languages.map(({ language }) => language);

describe("the language of a folder that does not say it", () => {
  it("is that of its pages, which are found by their inflections and keep plain ids", async () => {
    const catalog = await catalogOf(GERMAN);
    expect(languagesOf(catalog)).toEqual(["de"]);
    expect(catalog.page("install")?.title).toBe("Installation");
    expect(catalog.search("installiere den Rechner").hits[0]?.pageId).toBe("install");
  });

  it("is that of a single file", async () => {
    const catalog = await catalogOf(GERMAN, { sources: ["docs/index.md"] });
    expect(languagesOf(catalog)).toEqual(["de"]);
  });

  it("is what the settings say, whatever the pages look like", async () => {
    expect(languagesOf(await catalogOf(GERMAN, { defaultLanguage: "nl" }))).toEqual(["nl"]);
  });

  it("is English where folders or names are languages, of what is beside them", async () => {
    const byFolder = { "docs/de/a.md": GERMAN["docs/index.md"], "docs/fr/a.md": "# Le serveur\n" };
    expect(languagesOf(await catalogOf({ ...byFolder, "docs/b.md": "# B\n\nText.\n" }))).toContain(
      "en",
    );
    const bySuffix = { "docs/a.md": GERMAN["docs/index.md"], "docs/a.fr.md": "# Le serveur\n" };
    expect(languagesOf(await catalogOf(bySuffix))).toContain("en");
  });

  it("is English when pages differ or say nothing", async () => {
    const mixed = {
      ...GERMAN,
      "docs/one.md": "# One\n\nThis is what the server does when it is not asked to do it.\n",
      "docs/two.md": "# Two\n\nThe program is for those who have no time and want it to be done.\n",
    };
    expect(languagesOf(await catalogOf(mixed))).toEqual(["en"]);
    expect(languagesOf(await catalogOf({ "docs/api.md": GERMAN["docs/api.md"] }))).toEqual(["en"]);
  });
});
