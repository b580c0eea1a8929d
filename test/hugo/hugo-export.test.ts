import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Page } from "../../src/corpus/page.ts";
import { pagesOf } from "../corpus/sources/load.ts";

const GUIDE = readFileSync(resolve(import.meta.dirname, "../../docs/guide/hugo.md"), "utf8");
const SITE = resolve(import.meta.dirname, "site");

/** The code block of the guide that is headed `{file="name"}`, as a reader would copy it. */
function blockOf(name: string): string {
  const block = new RegExp(`^\`\`\`[\\w-]+ \\{file="${name}"\\}\\n([^]*?)^\`\`\`$`, "m").exec(
    GUIDE,
  );
  if (block?.[1] === undefined) throw new Error(`docs/guide/hugo.md has no block for ${name}`);
  return block[1];
}

function hugoVersion(): string | undefined {
  try {
    return execFileSync("hugo", ["version"], { encoding: "utf8" }).trim();
  } catch {
    return undefined;
  }
}

const isRequired = process.env["REQUIRE_HUGO"] === "1";
const version = hugoVersion();
const canRun = version !== undefined || isRequired;

describe(`Hugo export (${version ?? "skipped: hugo is not on the PATH"})`, () => {
  let folder = "";
  let exported: readonly Page[] = [];
  let fromFolder: readonly Page[] = [];

  beforeAll(async () => {
    if (!canRun) return;
    folder = mkdtempSync(join(tmpdir(), "docport-hugo-"));
    cpSync(SITE, folder, { recursive: true });
    const config = readFileSync(join(SITE, "hugo.toml"), "utf8");
    writeFileSync(join(folder, "hugo.toml"), `${config}\n${blockOf("hugo.toml")}`);
    writeFileSync(join(folder, "layouts/home.docport.json"), blockOf("layouts/home.docport.json"));
    execFileSync("hugo", ["--quiet"], { cwd: folder, encoding: "utf8" });
    exported = await pagesOf({ location: join(folder, "public/docport.json") });
    fromFolder = await pagesOf({ location: SITE });
  });

  afterAll(() => {
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const base = "https://docs.example.org/manual";

  it.skipIf(!canRun)("gives every page with text its public URL, id and language", () => {
    expect(exported.map(({ url, language }) => `${language} ${url}`).toSorted()).toEqual([
      `de ${base}/de/`,
      `de ${base}/de/befehle/`,
      `de ${base}/de/guide/aufstellen/`,
      `en ${base}/`,
      `en ${base}/2024/05/after-the-flood/`,
      `en ${base}/Care/upkeep.html`,
      `en ${base}/guide/big-topic/mill-stream-old/`,
      `en ${base}/guide/bundle/`,
      `en ${base}/guide/set-up/`,
      `en ${base}/reference/cli.html`,
      `ja ${base}/ja/guide/install/`,
    ]);
  });

  it.skipIf(!canRun)("agrees with the same site read from its folder", () => {
    const urls = (pages: readonly Page[]): string[] =>
      pages.map(({ url, language, title }) => `${language} ${url} ${title}`).toSorted();
    expect(urls(fromFolder)).toEqual(urls(exported));
  });

  it.skipIf(!canRun)("keeps anchors, rendered shortcodes and code", () => {
    const install = exported.find(({ url }) => url === `${base}/guide/set-up/`);
    expect(install?.sections.map(({ anchor }) => anchor)).toEqual([
      "",
      "wheel",
      "what-is-it-made-of",
      "choose-a-wheel",
    ]);
    expect(install?.sections[0]?.text).toContain("Keep the sluice closed.");
    expect(install?.sections[2]?.code).toContain("mill wheel --kind overshot");
    const japanese = exported.find(({ language }) => language === "ja");
    const anchored = decodeURI(japanese?.sections[1]?.url ?? "");
    expect(anchored).toBe(`${base}/ja/guide/install/#水車を選ぶ`);
  });

  it.skipIf(!canRun)("keeps titles, dates, aliases and what belongs together", () => {
    const install = exported.find(({ url }) => url === `${base}/guide/set-up/`);
    expect(install).toMatchObject({
      title: "Install the mill",
      description: "From the river to the first flour.",
      modifiedAt: Date.UTC(2025, 0, 2),
      aliases: [`${base}/old/install/`, `${base}/guide/installing/`],
    });
    const keys = exported
      .filter(({ translationKey }) => translationKey === install?.translationKey)
      .map(({ language }) => language);
    expect(keys.toSorted()).toEqual(["de", "en", "ja"]);
    const flood = exported.find(({ title }) => title === "After the flood");
    expect(flood?.translationKey).toBeUndefined();
  });
});
