import { EventEmitter, once } from "node:events";
import { readdir, rename, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import type { LogFields } from "../../src/lib/log.ts";
import { send, type WaywardSite, waywardSite } from "../corpus/website/wayward-site.ts";
import { messageIn, modern, post } from "../http/mcp-requests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Started extends AsyncDisposable {
  readonly app: App;
  readonly lines: readonly { readonly event: string; readonly fields: LogFields }[];
  /** The first line with this name, which may have been written already. */
  said(event: string): Promise<LogFields>;
}

async function start(site: WaywardSite, folder: string, more: object = {}): Promise<Started> {
  const lines: { event: string; fields: LogFields }[] = [];
  const heard = new EventEmitter();
  const config = createConfig(
    { sources: [`${site.url}index.json`], cache: "cache", port: 0, ...more },
    folder,
  );
  const app = await startApp(config, {
    fetch,
    now: Date.now,
    log(_level, event, fields = {}) {
      lines.push({ event, fields });
      heard.emit(event, fields);
    },
    onWarning: (message) => void lines.push({ event: "warning", fields: { message } }),
  });
  return {
    app,
    lines,
    async said(event) {
      const found = lines.find((line) => line.event === event);
      if (found) return found.fields;
      const [fields] = (await once(heard, event)) as [LogFields];
      return fields;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

function pages(...titles: readonly string[]): string {
  return JSON.stringify(
    titles.map((title) => ({
      title,
      permalink: `/${title.toLowerCase()}/`,
      contents: `Words about ${title}.`,
    })),
  );
}

async function siteWith(...titles: readonly string[]): Promise<WaywardSite> {
  return waywardSite({ "/index.json": pages(...titles) });
}

async function search(app: App, query: string): Promise<string> {
  const { body, headers } = modern("tools/call", { name: "search", arguments: { query } });
  return JSON.stringify(await messageIn(await fetch(post(app.mcpUrl, body, headers))));
}

async function indexFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, "cache/index"), { recursive: true });
  return names.filter((name) => name.endsWith(".docport")).map((name) => join("cache/index", name));
}

describe("a server over a source elsewhere, started again", { timeout: 60_000 }, () => {
  it("serves what it had while the source is down, and says since when", async () => {
    await using folder = await temporaryFolder();
    const site = await siteWith("Apples");
    {
      await using first = await start(site, folder.path);
      expect(await search(first.app, "apples")).toContain("Words about Apples");
    }
    site.answers = { "/index.json": 500 };
    await using again = await start(site, folder.path);
    expect(await search(again.app, "apples")).toContain("Words about Apples");
    const { since } = await again.said("source.failed");
    const ready = await fetch(`${again.app.url}/readyz`);
    expect(ready.status).toBe(200);
    expect(JSON.stringify(await ready.json())).toContain(`since ${String(since)}`);
    const [source] = again.app.status().sources;
    expect(source?.failure?.count).toBe(1);
    expect(source?.lastSuccessAt).toBeLessThan(source?.failure?.since ?? 0);
  });

  it("serves what it had before the source answers, and then what is there now", async () => {
    await using folder = await temporaryFolder();
    const site = await siteWith("Apples", "Pears");
    await (await start(site, folder.path)).app.close();
    let release = (): void => {};
    const asked = new Promise<void>((resolve) => {
      site.answers = {
        "/index.json": (_, response) => {
          release = () => send(response, pages("Apples", "Bananas"));
          resolve();
        },
      };
    });
    await using again = await start(site, folder.path);
    expect(await search(again.app, "pears")).toContain("Words about Pears");
    expect(again.app.status().swaps).toBe(0);
    await asked;
    release();
    expect(await again.said("index.swapped")).toMatchObject({ pages: 2 });
    expect(await search(again.app, "bananas")).toContain("Words about Bananas");
    expect(await search(again.app, "pears")).not.toContain("Words about Pears");
    await again.app.close();
    expect(await indexFiles(folder.path)).toHaveLength(1);
    site.answers = { "/index.json": 500 };
    await using third = await start(site, folder.path);
    expect(await search(third.app, "bananas")).toContain("Words about Bananas");
  });

  it("reads the source first when what was kept is damaged, and says why at debug level", async () => {
    await using folder = await temporaryFolder();
    const site = await siteWith("Apples");
    await (await start(site, folder.path)).app.close();
    const [file = ""] = await indexFiles(folder.path);
    await truncate(join(folder.path, file), 1_000);
    site.answers = { "/index.json": pages("Bananas") };
    await using again = await start(site, folder.path);
    expect(again.lines.map(({ event }) => event)).toContain("index.not-used");
    expect(again.app.status().swaps).toBe(0);
    expect(await search(again.app, "bananas")).toContain("Words about Bananas");
  });

  it("reads the source first when it is configured otherwise", async () => {
    await using folder = await temporaryFolder();
    const site = await siteWith("Apples");
    await (await start(site, folder.path)).app.close();
    site.answers = { "/index.json": 500 };
    await expect(start(site, folder.path, { title: "Fruit" })).rejects.toThrow(/500/);
  });

  it("reads the source first when a rule would protect nothing of what was kept", async () => {
    await using folder = await temporaryFolder({ "keys.json": '{"version":1,"keys":[]}' });
    const site = await siteWith("Apples");
    await (await start(site, folder.path)).app.close();
    site.answers = { "/index.json": pages("Apples", "Plans") };
    await using again = await start(site, folder.path, {
      auth: { keysFile: "keys.json", allowAnonymous: true },
      access: ["staff=plans"],
    });
    expect(await search(again.app, "apples")).toContain("Words about Apples");
    expect(await search(again.app, "plans")).not.toContain("Words about Plans");
  });

  it("with `strict`, serves what it had only when the source as a whole is down", async () => {
    await using folder = await temporaryFolder();
    const site = await siteWith("Apples");
    await (await start(site, folder.path, { strict: true })).app.close();
    site.answers = { "/index.json": pages("Bananas") };
    {
      await using second = await start(site, folder.path, { strict: true });
      expect(await search(second.app, "bananas")).toContain("Words about Bananas");
    }
    site.answers = { "/index.json": 500 };
    await using third = await start(site, folder.path, { strict: true });
    expect(await search(third.app, "bananas")).toContain("Words about Bananas");
    expect(third.lines.map(({ event }) => event)).toContain("warning");
  });

  it("follows the others when a folder beside them is not there yet", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Cherries\n\nRed fruit.\n" });
    const site = await siteWith("Apples");
    const sources = [`${site.url}index.json`, "docs"];
    await (await start(site, folder.path, { sources })).app.close();
    await rename(join(folder.path, "docs"), join(folder.path, "away"));
    await using again = await start(site, folder.path, { sources });
    expect(await again.said("source.failed")).toMatchObject({ source: "docs" });
    expect(await search(again.app, "cherries")).toContain("Red fruit");
    const recovered = again.said("source.recovered");
    await rename(join(folder.path, "away"), join(folder.path, "docs"));
    await recovered;
  });
});
