import { readdirSync, renameSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SourceCache } from "../../../src/corpus/source.ts";
import { openSource, type SourceSettings } from "../../../src/corpus/sources/open-source.ts";
import { openSourceCache } from "../../../src/corpus/sources/source-cache.ts";
import { type Loaded, loadAll } from "../sources/load.ts";
import { markdownPage, temporaryFolder } from "../sources/temporary-folder.ts";
import { gitDaemon, gitRepository } from "./git-repository.ts";

const env = { PATH: process.env["PATH"], GIT_DIR: "/nowhere" };
const noFetch: typeof fetch = () => Promise.reject(new Error("not by fetch"));

const load = async (settings: SourceSettings, cache?: SourceCache): Promise<Loaded> =>
  loadAll(await openSource(settings, { fetch: noFetch, env }), cache && { cache });

/** A cache that notes which documents were put into it. */
function notingCache(): SourceCache & { readonly parsed: string[] } {
  const cache = openSourceCache({ folder: temporaryFolder(), identity: [], version: "1" });
  const parsed: string[] = [];
  return {
    ...cache,
    parsed,
    put(key, value) {
      if (key.startsWith("document:")) parsed.push(key);
      return cache.put(key, value);
    },
  };
}

const byId = ({ pages }: Loaded): Record<string, string> =>
  Object.fromEntries(pages.map(({ id, title }) => [id, title]));

describe("GitSource", () => {
  it.each(["a bare path", "git daemon", "git daemon that leaves files out"])(
    "reads %s",
    async (by) => {
      const repository = gitRepository();
      const commit = repository.commit(
        { "index.md": markdownPage("Home"), "guide/a.md": markdownPage("A"), "logo.png": "x" },
        { at: "2026-03-04T05:06:07Z" },
      );
      const location =
        by === "a bare path" ? repository.path : await gitDaemon(repository, by.includes("leaves"));
      const loaded = await load({ location, baseUrl: "https://docs.example.org/" });
      expect(loaded.problems).toEqual([]);
      expect(loaded.pages).toMatchObject([
        {
          id: "guide/a",
          path: "guide/a.md",
          url: "https://docs.example.org/guide/a/",
          revision: commit,
          modifiedAt: Date.UTC(2026, 2, 4, 5, 6, 7),
        },
        { id: "index", title: "Home" },
      ]);
    },
  );

  it("reads a branch, a tag, a commit, and a subfolder", async () => {
    const repository = gitRepository();
    repository.commit({ "docs/a.md": markdownPage("Old") }, { tag: "v1.0" });
    const side = { branch: "feature/side" };
    const commit = repository.commit({ "docs/a.md": markdownPage("Side") }, side);
    repository.commit({ "docs/a.md": markdownPage("New"), "b.md": markdownPage("B") });
    const location = repository.path;
    expect(byId(await load({ location, subfolder: "/docs/" }))).toEqual({ a: "New" });
    expect(byId(await load({ location: `${location}#v1.0` }))).toEqual({ "docs/a": "Old" });
    expect(byId(await load({ location, ref: "feature/side" }))).toEqual({ "docs/a": "Side" });
    expect(byId(await load({ location, ref: commit }))).toEqual({ "docs/a": "Side" });
    await expect(load({ location, ref: "side" })).rejects.toMatchObject({
      code: "ERR_SOURCE_FETCH",
      message: expect.stringContaining('does not have a branch or tag "side"'),
    });
    await expect(load({ location, subfolder: "nowhere" })).rejects.toMatchObject({
      code: "ERR_SOURCE_EMPTY",
    });
  });

  it("reads several refs as versions, each below its name", async () => {
    const repository = gitRepository();
    const old = { "a.md": markdownPage("A1"), "a.de.md": markdownPage("A1 de") };
    repository.commit(old, { tag: "v1" });
    repository.commit({ "a.md": markdownPage("A2") });
    const { pages } = await load({ location: repository.path, refs: ["main", "v1"] });
    expect(pages.map(({ id, url, version, title }) => [id, url, version, title])).toEqual([
      ["de/main/a", "/de/main/a/", "main", "A1 de"],
      ["main/a", "/main/a/", "main", "A2"],
      ["de/v1/a", "/de/v1/a/", "v1", "A1 de"],
      ["v1/a", "/v1/a/", "v1", "A1"],
    ]);
    const keys = pages.map(({ translationKey }) => translationKey);
    expect(new Set(keys).size).toBe(2);
    expect(keys[0]).toBe(keys[1]);
  });

  it("parses only what has changed, and knows since when each page is as it is", async () => {
    const repository = gitRepository();
    const first = repository.commit({
      "a.md": markdownPage("A"),
      "b.md": markdownPage("B"),
      "c.md": markdownPage("C"),
    });
    const cache = notingCache();
    const settings = { location: repository.path };
    const one = await load(settings, cache);
    expect(cache.parsed).toHaveLength(3);
    cache.parsed.length = 0;
    expect(await load(settings, cache)).toEqual(one);
    expect(cache.parsed).toEqual([]);

    const second = repository.commit(
      { "b.md": markdownPage("B anew"), "c.md": undefined, "d.md": markdownPage("D") },
      { at: "2026-05-05T00:00:00Z" },
    );
    const two = await load(settings, cache);
    expect(two.pages.map(({ title, revision }) => [title, revision])).toEqual([
      ["A", first],
      ["B anew", second],
      ["D", second],
    ]);
    expect(cache.parsed).toHaveLength(2);
    // Nothing but the entries is left: neither a repository nor what is not there any more.
    expect(readdirSync(cache.folder)).toEqual(["entries"]);
    const entries = readdirSync(cache.folder, { recursive: true, encoding: "utf8" });
    expect(entries.filter((path) => path.endsWith(".json"))).toHaveLength(5);
  });

  it("gives equal fingerprints to equal pages, and others to others", async () => {
    const repository = gitRepository();
    repository.commit({ "a.md": markdownPage("A"), "b.md": markdownPage("B") });
    const source = await openSource({ location: repository.path }, { fetch: noFetch, env });
    const cache = notingCache();
    const fingerprints = async (): Promise<readonly (string | undefined)[]> => {
      const found: (string | undefined)[] = [];
      for await (const item of source.load({ cache })) {
        if (item.kind === "page") found.push(item.fingerprint);
      }
      return found;
    };
    const before = await fingerprints();
    const revision = await source.revision?.({});
    expect(await fingerprints()).toEqual(before);
    expect(await source.revision?.({})).toBe(revision);
    repository.commit({ "b.md": markdownPage("B anew") });
    const after = await fingerprints();
    expect(await source.revision?.({})).not.toBe(revision);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(before[0]).not.toBe(before[1]);
  });

  it("serves what it had while the repository cannot be read", async () => {
    const repository = gitRepository();
    repository.commit({
      "hugo.toml": "baseURL = 'https://example.org/'",
      "content/a.md": markdownPage("A"),
      "content/b.yaml": "some: data",
    });
    const cache = notingCache();
    const settings = { location: repository.path };
    const before = await load(settings, cache);
    const source = await openSource(settings, { fetch: noFetch, env });
    renameSync(repository.path, `${repository.path}.away`);
    const during = await loadAll(source, { cache });
    expect(during.pages).toEqual(before.pages);
    expect(during.pages[0]?.url).toBe("https://example.org/a/");
    expect(during.problems[0]?.reason).toContain("What was read before is served.");
    await expect(loadAll(source)).rejects.toMatchObject({ code: "ERR_SOURCE_FETCH" });
  });

  it("follows no link and runs nothing of the repository's", async () => {
    const repository = gitRepository();
    repository.link("secret.md", "/etc/passwd");
    repository.link("folder", "/etc");
    const modules = '[submodule "x"]\n\tpath = x\n\turl = /etc\n';
    repository.commit({ "a.md": markdownPage("A"), ".gitmodules": modules });
    expect(byId(await load({ location: repository.path }))).toEqual({ a: "A" });
  });

  it("leaves out what is too large, and says so", async () => {
    const repository = gitRepository();
    repository.commit({ "a.md": markdownPage("A"), "b.md": "b".repeat(5000) });
    const loaded = await load({ location: repository.path, limits: { maxPageBytes: 1000 } });
    expect(byId(loaded)).toEqual({ a: "A" });
    expect(loaded.problems).toEqual([
      { path: "b.md", reason: "The file has 5000 bytes; at most 1000 are read." },
    ]);
  });

  it.each(["--upload-pack=touch /tmp/x", "a..b", "-x", "a b", "a\nb", "refs/heads/../x", "@{-1}"])(
    "takes %j for no ref",
    async (ref) => {
      const { path } = gitRepository();
      await expect(load({ location: path, ref })).rejects.toMatchObject({
        code: "ERR_SOURCE_KIND",
      });
    },
  );

  it("says what git says, without the password", async () => {
    const location = "http://user:hush@127.0.0.1:1/docs.git";
    const failure = await load({ location }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "ERR_SOURCE_FETCH",
      message: expect.stringMatching(
        /^The repository "http:\/\/127.0.0.1:1\/docs.git" cannot be read. git says: /,
      ),
    });
    expect(String(failure)).not.toContain("hush");
  });

  it("ends when it is told to", async () => {
    const repository = gitRepository();
    repository.commit({ "a.md": markdownPage("A") });
    const source = await openSource({ location: repository.path }, { fetch: noFetch, env });
    const reason = new Error("stopped");
    await expect(loadAll(source, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
