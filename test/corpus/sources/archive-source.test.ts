import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packTar, type TarEntry } from "modern-tar";
import { describe, expect, it } from "vitest";
import { load } from "./load.ts";
import { type ZipEntry, zip } from "./pack.ts";
import { markdownPage, temporaryFolder } from "./temporary-folder.ts";

const FIXTURES = join(import.meta.dirname, "../fixtures");
const fixture = (name: string): string => readFileSync(join(FIXTURES, name), "utf8");

const SITES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  plain: {
    "README.md": markdownPage("Home"),
    "guide/a.md": markdownPage("A"),
    "guide-b.md": markdownPage("B"),
    "guide/Straße.md": markdownPage("Street"),
    "press.adoc": fixture("press.adoc"),
    "tides.rst": fixture("tides.rst"),
    "bees.ipynb": fixture("bees.ipynb"),
    "api.yaml": fixture("library.openapi.yaml"),
    "config.yaml": "no: api",
    "broken.md": "---\ntitle: [\n---\nx",
    ".hidden/x.md": markdownPage("Hidden"),
    "node_modules/x/README.md": markdownPage("Dependency"),
  },
  hugo: {
    "hugo.toml": 'baseURL = "https://example.org/"\n',
    "content/_index.md": markdownPage("Home"),
    "content/docs/a.md": markdownPage("A", "slug: other"),
    "content/docs/draft.md": markdownPage("Draft", "draft: true"),
  },
  antora: {
    "antora.yml": "name: press\nversion: '9.0'\n",
    "modules/ROOT/pages/index.adoc": "= Press\n\nWords.\n",
    "modules/ROOT/nav.adoc": "* xref:index.adoc[]\n",
    "modules/ink/pages/colours.adoc": "= Colours\n\nWords.\n",
    "modules/ink/partials/part.adoc": "Part.\n",
  },
  sphinx: {
    "conf.py": "project = 'tides'\n",
    "index.rst": "Tides\n=====\n\nWords.\n",
    "howto/install.rst": "Install\n=======\n\nWords.\n",
    "howto/notes.md": markdownPage("Notes"),
  },
};

const asZip = (files: Readonly<Record<string, string>>): Uint8Array =>
  zip(Object.entries(files).map(([name, content]) => ({ name, content })));
const asTar = (files: Readonly<Record<string, string>>): Promise<Uint8Array> =>
  packTar(
    Object.entries(files).map(([name, body]): TarEntry => {
      return { header: { name, size: Buffer.byteLength(body), type: "file" }, body };
    }),
  );

async function loadBytes(name: string, bytes: Uint8Array): ReturnType<typeof load> {
  return load({ location: join(temporaryFolder({ [name]: bytes }), name) });
}

describe.each(Object.entries(SITES))("an archive of a %s folder", (_, files) => {
  const packers: readonly (readonly [string, () => Promise<Uint8Array>])[] = [
    ["x.zip", async () => asZip(files)],
    ["x.tar", () => asTar(files)],
    ["x.tar.gz", async () => gzipSync(await asTar(files))],
    ["x.tgz", async () => gzipSync(await asTar(files))],
  ];
  it.each(packers)("as %s gives what the folder gives", async (name, pack) => {
    const folder = await load({ location: temporaryFolder(files) });
    const packed = await loadBytes(name, await pack());
    expect(packed.pages).toEqual(folder.pages);
    expect(packed.problems).toEqual(folder.problems);
    expect(packed.pages.length).toBeGreaterThan(1);
  });

  it("may hold everything in a folder of its own name", async () => {
    const inside = Object.fromEntries(
      Object.entries(files).map(([path, content]) => [`x-1.0/${path}`, content]),
    );
    const folder = await load({ location: temporaryFolder(files) });
    expect((await loadBytes("x-1.0.zip", asZip(inside))).pages).toEqual(folder.pages);
    expect((await loadBytes("x-1.0.tar", await asTar(inside))).pages).toEqual(folder.pages);
  });
});

describe("URLs in trees of other generators", () => {
  it("are those that Antora and Sphinx make", async () => {
    const urlsOf = async (site: string): Promise<string[]> =>
      (await load({ location: temporaryFolder(SITES[site]) })).pages.map(({ url }) => url);
    expect(await urlsOf("antora")).toEqual(["/press/9.0/", "/press/9.0/ink/colours.html"]);
    expect(await urlsOf("sphinx")).toEqual(["/howto/install.html", "/howto/notes.html", "/"]);
  });
});

describe("a hostile archive", () => {
  const page = markdownPage("Page");
  const problemsOf = async (entries: readonly ZipEntry[]): Promise<readonly string[]> => {
    const { problems, pages } = await loadBytes(
      "x.zip",
      zip([...entries, { name: "ok.md", content: page }]),
    );
    expect(pages.map(({ path }) => path)).toContain("ok.md");
    return problems.map(({ path, reason }) => `${path}: ${reason}`);
  };

  it.each(["../evil.md", "/etc/evil.md", "a/../../evil.md", "C:\\evil.md", "..\\evil.md"])(
    "cannot lead out by %s",
    async (name) => {
      const [problem = ""] = await problemsOf([{ name, content: page }]);
      expect(problem).toMatch(/Its path leads out of the archive/);
    },
  );

  it("has no links that are followed, and each path once", async () => {
    const link = { name: "link.md", content: "/etc/passwd", mode: 0o120777 };
    expect(await problemsOf([link])).toEqual([
      "link.md: It is a link, and links in archives are not followed.",
    ]);
    const twice = [
      { name: "a.md", content: markdownPage("First") },
      { name: "./a.md", content: markdownPage("Second") },
    ];
    expect((await problemsOf(twice))[0]).toMatch(/more than once/);
    const { pages } = await loadBytes("x.zip", zip(twice));
    expect(pages.map(({ title }) => title)).toEqual(["Second"]);
  });

  it("may not unpack to more than it says, nor to more than a page may have", async () => {
    const bomb = { name: "bomb.md", content: "x".repeat(20_000_000) };
    expect((await problemsOf([bomb]))[0]).toMatch(/20000000 bytes; at most 10000000/);
    expect((await problemsOf([{ ...bomb, claimedBytes: 1000 }]))[0]).toMatch(/cannot be unpacked/);
  });

  it.each(["x.zip", "x.tar", "x.tar.gz"])(
    "that is broken (%s) is one clear failure",
    async (name) => {
      const whole = name === "x.zip" ? asZip({ "a.md": page }) : await asTar({ "a.md": page });
      const bytes = name.endsWith(".gz") ? gzipSync(whole) : whole;
      const cut = bytes.subarray(0, name === "x.tar" ? 700 : bytes.length / 2);
      for (const broken of [cut, Buffer.from("no archive at all, only words"), Buffer.alloc(0)]) {
        await expect(loadBytes(name, broken)).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_SOURCE_(?:UNREADABLE|EMPTY)$/),
        });
      }
    },
  );

  it("of tar follows no links and leads nowhere either", async () => {
    const folder = temporaryFolder();
    const entries: TarEntry[] = [
      { header: { name: "../evil.md", size: page.length, type: "file" }, body: page },
      { header: { name: "link.md", size: 0, type: "symlink", linkname: "/etc/passwd" } },
      { header: { name: "ok.md", size: page.length, type: "file" }, body: page },
    ];
    const location = join(folder, "x.tar");
    writeFileSync(location, await packTar(entries));
    const { pages, problems } = await load({ location });
    expect(pages.map(({ path }) => path)).toEqual(["ok.md"]);
    expect(problems.map(({ path }) => path)).toEqual(["../evil.md", "link.md"]);
  });
});
