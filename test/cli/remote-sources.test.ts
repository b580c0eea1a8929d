import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { gitDaemon, gitRepository } from "../corpus/git/git-repository.ts";
import { markdownPage, temporaryFolder } from "../corpus/sources/temporary-folder.ts";
import {
  page,
  sitemap,
  type WaywardSite,
  waywardSite,
  xml,
} from "../corpus/website/wayward-site.ts";
import { startDocport } from "../support/start-docport.ts";

const CLI = resolve(import.meta.dirname, "../../dist/cli.js");

async function llmsTxt(url: string): Promise<string> {
  return (await fetch(`${url}/llms.txt`)).text();
}

async function listedSite(paths: readonly string[]): Promise<WaywardSite> {
  const site = await waywardSite(Object.fromEntries(paths.map((path) => [path, page(path)])));
  const listed = Object.fromEntries(paths.map((path) => [path, ""]));
  site.answers["/sitemap.xml"] = xml(sitemap(site, listed));
  return site;
}

describe("the built command and sources elsewhere", () => {
  it("serves a website, and again while it is down", async () => {
    const site = await listedSite(["/a/", "/b/"]);
    const args = ["serve", site.url, "--port", "0", "--cache", join(temporaryFolder(), "cache")];
    {
      await using docport = await startDocport(args);
      expect(docport.output()).toContain("indexed 2 pages");
      expect(await llmsTxt(docport.url)).toContain("[/a/]");
    }
    expect(site.requests[0]?.headers["user-agent"]).toMatch(/^docport\/\d+\.\d+\.\d+/);
    site.answers = { "/a/": 500, "/b/": 500, "/sitemap.xml": 500 };
    await using again = await startDocport(args);
    expect(await llmsTxt(again.url)).toContain("[/b/]");
  }, 120_000);

  it("goes on with a website where it was killed", async () => {
    const site = await listedSite(["/a/", "/b/", "/c/"]);
    const folder = temporaryFolder();
    const args = ["index", site.url, "--output", join(folder, "x.docport"), "--cache", folder];
    const { answers } = site;
    const child = spawn(process.execPath, [CLI, ...args], { stdio: "ignore" });
    site.answers = { ...answers, "/c/": () => child.kill("SIGKILL") };
    await once(child, "exit");
    expect(existsSync(join(folder, "x.docport"))).toBe(false);
    site.answers = answers;
    site.requests.length = 0;
    const second = spawn(process.execPath, [CLI, ...args], { stdio: "ignore" });
    expect((await once(second, "exit"))[0]).toBe(0);
    const asked = site.requests.filter(({ headers }) => headers.accept?.startsWith("text/html,"));
    expect(asked.map(({ url }) => url)).not.toContain("/a/");
    expect(asked.map(({ url }) => url)).toContain("/c/");
  }, 120_000);

  it("serves a repository, and a branch of it", async () => {
    const repository = gitRepository();
    repository.commit({ "a.md": markdownPage("On main") });
    repository.commit({ "b.md": markdownPage("On the side") }, { branch: "side" });
    const url = await gitDaemon(repository, true);
    const cache = join(temporaryFolder(), "cache");
    await using docport = await startDocport([
      ...["serve", `${url}#side`, "--port", "0", "--cache", cache],
    ]);
    expect(await llmsTxt(docport.url)).toContain("On the side");
  }, 120_000);
});
