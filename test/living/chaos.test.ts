import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { gitDaemon, gitRepository } from "../corpus/git/git-repository.ts";
import { markdownPage } from "../corpus/sources/temporary-folder.ts";
import { page, send, sitemap, waywardSite, xml } from "../corpus/website/wayward-site.ts";
import { messageIn, modern, post } from "../http/mcp-requests.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SECRET = "a-secret-for-webhooks";
const ENV = { DOCPORT_REFRESH_SECRET: SECRET };
const KILLS = 6;

async function search(docport: RunningDocport, query: string): Promise<string> {
  const { body, headers } = modern("tools/call", { name: "search", arguments: { query } });
  return JSON.stringify(await messageIn(await fetch(post(docport.mcpUrl, body, headers))));
}

/** Has all sources read again. */
async function refresh({ url }: RunningDocport): Promise<void> {
  const headers = { authorization: `Bearer ${SECRET}` };
  const response = await fetch(`${url}/-/refresh`, { method: "POST", headers });
  expect(response.status).toBe(202);
}

function exported(generation: number): string {
  const pages = Array.from({ length: 40 }, (_, at) => ({
    title: `Page ${at}`,
    permalink: `/page-${at}/`,
    contents: `Words of generation${generation}x. ${`word${at} `.repeat(200)}`,
  }));
  return JSON.stringify(pages);
}

describe("the built command in bad hours", { timeout: 240_000 }, () => {
  it("answers after it was killed again and again while it swapped", async () => {
    await using folder = await temporaryFolder();
    let generation = 0;
    let asked = (): void => {};
    const site = await waywardSite({
      "/index.json"(_, response) {
        asked();
        send(response, exported(generation));
      },
    });
    const args = [
      ...["serve", `${site.url}index.json`, "--port", "0", "--log-format", "json"],
      ...["--cache", join(folder.path, "cache")],
    ];
    for (let kill = 0; kill < KILLS; kill++) {
      await using docport = await startDocport(args, ENV);
      const text = await search(docport, "words of generation");
      // One whole generation, whichever it is.
      expect(new Set(text.match(/generation\d+x/g)).size).toBe(1);
      generation += 1;
      // At another moment each time: while it reads, right after the swap, or whenever.
      const isAsked = new Promise<void>((resolve) => {
        asked = resolve;
      });
      await refresh(docport);
      if (kill % 3 === 0) await isAsked;
      if (kill % 3 === 1) await docport.said("index.swapped");
      await docport.kill();
    }
    site.answers = { "/index.json": 500 };
    await using last = await startDocport(args, ENV);
    expect(await search(last, "words of generation")).toMatch(/generation\d+x/);
    await last.said("source.failed");
  });

  it("serves with a disk that takes nothing more, says so, and keeps its index when it does again", async () => {
    await using folder = await temporaryFolder();
    const cache = join(folder.path, "cache");
    const site = await waywardSite({ "/index.json": exported(1) });
    const args = ["serve", `${site.url}index.json`, "--port", "0", "--cache", cache];
    {
      await using full = await startDocport(args, ENV, { maxFileBlocks: 8 });
      await full.said("cannot be kept in");
      expect(await search(full, "words of generation")).toContain("generation1x");
      site.answers = { "/index.json": exported(2) };
      await refresh(full);
      await full.said("index.swapped");
      expect(await search(full, "words of generation")).toContain("generation2x");
    }
    const left = existsSync(cache) ? await readdir(cache, { recursive: true }) : [];
    expect(left.filter((name) => /\.tmp$|\.docport$/.test(name))).toEqual([]);
    await (await startDocport(args, ENV)).stop();
    site.answers = { "/index.json": 500 };
    await using again = await startDocport(args, ENV);
    expect(await search(again, "words of generation")).toContain("generation2x");
  });

  it("starts its workers on what it had, while the source is down", async () => {
    await using folder = await temporaryFolder();
    const site = await waywardSite({ "/index.json": exported(1) });
    const args = [
      ...["serve", `${site.url}index.json`, "--port", "0", "--workers", "2"],
      ...["--log-format", "json", "--cache", join(folder.path, "cache")],
    ];
    await (await startDocport(args, ENV)).stop();
    site.answers = { "/index.json": 500 };
    await using again = await startDocport(args, ENV);
    await again.said("source.failed");
    expect(await search(again, "words of generation")).toContain("generation1x");
    site.answers = { "/index.json": exported(2) };
    await refresh(again);
    await again.said("source.recovered");
    // Each worker opens the new index in its own time.
    await expect.poll(() => search(again, "words of generation")).toContain("generation2x");
  });

  it("goes on with a source that comes and goes", async () => {
    await using folder = await temporaryFolder();
    const site = await waywardSite({ "/index.json": exported(0) });
    const args = ["serve", `${site.url}index.json`, "--port", "0", "--log-format", "json"];
    await using docport = await startDocport([...args, "--cache", join(folder.path, "cache")], ENV);
    for (let round = 1; round <= 3; round++) {
      site.answers = { "/index.json": (_, response) => void response.destroy() };
      await refresh(docport);
      await docport.said("source.failed", round);
      expect(await search(docport, "words of generation")).toContain(`generation${round - 1}x`);
      site.answers = { "/index.json": exported(round) };
      await refresh(docport);
      await docport.said("source.recovered", round);
      expect(await search(docport, "words of generation")).toContain(`generation${round}x`);
    }
  });

  it("answers with what was committed, and with its commit", async () => {
    await using folder = await temporaryFolder();
    const repository = gitRepository();
    repository.commit({ "a.md": markdownPage("Apples"), "b.md": markdownPage("Bananas") });
    const url = await gitDaemon(repository, true);
    const cache = join(folder.path, "cache");
    const args = ["serve", url, "--port", "0", "--log-format", "json", "--cache", cache];
    await using docport = await startDocport(args, ENV);
    const commit = repository.commit({ "a.md": markdownPage("Quinces"), "b.md": undefined });
    await refresh(docport);
    await docport.said("index.swapped");
    const found = await search(docport, "quinces");
    expect(found).toContain("Quinces");
    expect(found).toContain(commit.slice(0, 7));
    expect(await (await fetch(`${docport.url}/llms.txt`)).text()).not.toContain("Bananas");
  });

  it("keeps the pages of a site half of which is down, and says when all of it is", async () => {
    await using folder = await temporaryFolder();
    const site = await waywardSite({ "/a/": page("Apples"), "/b/": page("Bananas") });
    site.answers["/sitemap.xml"] = xml(sitemap(site, { "/a/": "", "/b/": "" }));
    const cache = join(folder.path, "cache");
    const args = ["serve", site.url, "--port", "0", "--log-format", "json", "--cache", cache];
    await using docport = await startDocport(args, ENV);
    const gone = { "retry-after": "7200" };
    const { answers } = site;
    site.answers = {
      ...answers,
      "/a/": page("Quinces"),
      "/b/": (_, response) => void response.writeHead(503, gone).end(),
    };
    await refresh(docport);
    await docport.said("index.swapped");
    expect(await search(docport, "quinces")).toContain("Words about Quinces");
    expect(await search(docport, "bananas")).toContain("Words about Bananas");
    expect(docport.output()).not.toContain("source.failed");
    site.answers = {};
    site.otherwise = (_, response) => void response.writeHead(503, gone).end();
    await refresh(docport);
    await docport.said("source.failed");
    expect(await search(docport, "bananas")).toContain("Words about Bananas");
    const ready = (await (await fetch(`${docport.url}/readyz`)).json()) as object;
    expect(ready).toMatchObject({
      status: "ready",
      notes: [expect.stringMatching(/cannot be read since 20/)],
    });
  });
});
