import { writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { zip } from "../corpus/sources/pack.ts";
import { legacy, messageIn, post } from "../http/mcp-requests.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const GOOD = "# Good\n\nWords of a good page.\n";
const MB = 1024 * 1024;

/** A site on this computer, with what it was asked for. */
async function startSite(
  answer: RequestListener,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a TCP port
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Titles of the pages that are served, which takes a request or two. */
async function titlesOf({ url, mcpUrl }: RunningDocport): Promise<string[]> {
  const found = await fetch(
    post(mcpUrl, legacy("tools/call", { name: "search", arguments: { query: "good page" } })),
  );
  expect(JSON.stringify(await messageIn(found))).toContain("Words of a good page");
  const list = await (await fetch(`${url}/llms.txt`)).text();
  return Array.from(list.matchAll(/^- \[(.*?)\]/gm), ([, title = ""]) => title);
}

describe("the command serves the good page and lives, given", { timeout: 120_000 }, () => {
  it("an archive with a bomb, a way out and a link", async () => {
    await using folder = await temporaryFolder();
    const bomb = "x".repeat(64 * MB);
    const location = join(folder.path, "docs.zip");
    const entries = [
      { name: "good.md", content: GOOD },
      { name: "bomb.md", content: bomb },
      { name: "liar.md", content: bomb, claimedBytes: 1_000 },
      { name: "../../etc/evil.md", content: "# Evil\n" },
      { name: "link.md", content: "/etc/passwd", mode: 0o120777 },
    ];
    await writeFile(location, zip(entries));
    await using docport = await startDocport(["serve", location, "--port", "0"]);
    expect(await titlesOf(docport)).toEqual(["Good"]);
    for (const { name } of entries.slice(1)) expect(docport.output()).toContain(name);
    expect(docport.output()).not.toMatch(/\bat \S+ \(|uncaught/i);
  });

  it("a folder of pages that are deep, long, or full of entities", async () => {
    const laughs = Array.from(
      { length: 10 },
      (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
    ).join("");
    await using folder = await temporaryFolder({
      "good.md": GOOD,
      "laughs.html": `<!DOCTYPE html [<!ENTITY l0 "lol">${laughs}]><h1>Laughs</h1><p>&l10;</p>`,
      "file.html": `<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><h1>File</h1><p>&x;</p>`,
      "quotes.md": `# Quotes\n\n${">".repeat(50_000)} deep\n`,
      "lists.md": `# Lists\n\n${Array.from({ length: 500 }, (_, i) => `${" ".repeat(2 * i)}- x`).join("\n")}\n`,
      "stars.md": `# Stars\n\n${"*a **b ".repeat(20_000)}\n`,
      "brackets.md": `# Brackets\n\n${"[".repeat(50_000)}\n`,
      "divs.html": `<h1>Divs</h1>${"<div>".repeat(50_000)}deep`,
      "table.rst": `Table\n=====\n\n.. csv-table::\n\n   ${'"a,'.repeat(20_000)}\n`,
      "yaml.md": `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\ntitle: *d\n---\n\n# Yaml\n`,
    });
    await using docport = await startDocport(["serve", folder.path, "--port", "0"]);
    expect(await titlesOf(docport)).toContain("Good");
    const all = await (await fetch(`${docport.url}/llms-full.txt`)).text();
    expect(all).not.toMatch(/root:x/);
    expect(all.length).toBeLessThan(2 * MB);
    expect(docport.output()).not.toMatch(/\bat \S+ \(|uncaught/i);
  });

  it("a site with a packed bomb, an answer that never ends, and ways to elsewhere", async () => {
    const elsewhere = await startSite((_, response) => response.end("# Secret\n"));
    const bomb = gzipSync(Buffer.alloc(64 * MB, "a"));
    const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
      "/good.md": (response) => response.end(GOOD),
      "/bomb.md": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
      "/moved.md": (response) =>
        response.writeHead(302, { location: `${elsewhere.url}/x.md` }).end(),
      "/endless.md": (response) => {
        const more = (): boolean => response.write("endless ".repeat(8_192));
        response.on("error", () => undefined).on("drain", more);
        more();
      },
    };
    const links = Object.keys(answers).map((path) => `- [${path}](${path})`);
    const list = ["# Site", "", ...links, `- [x](${elsewhere.url}/y.md)`].join("\n");
    const site = await startSite(({ url = "" }, response) => {
      const answer = answers[url];
      if (answer) answer(response);
      else response.end(list);
    });
    await using folder = await temporaryFolder();
    const location = `${site.url}/llms.txt`;
    const kept = ["--cache", folder.path];
    await using docport = await startDocport(["serve", location, "--port", "0", ...kept]);
    expect(await titlesOf(docport)).toEqual(["Good"]);
    expect(site.asked).toEqual(expect.arrayContaining(["/bomb.md", "/moved.md", "/endless.md"]));
    expect(elsewhere.asked).toEqual([]);
  });
});
