import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { readDocument } from "../../src/corpus/read-document.ts";
import { openSource, type SourceSettings } from "../../src/corpus/sources/open-source.ts";
import { type Loaded, load, loadAll } from "../corpus/sources/load.ts";
import { siteFetch } from "../corpus/sources/site-fetch.ts";
import { temporaryFolder } from "../corpus/sources/temporary-folder.ts";

/** A site of its own on this computer, which counts what it is asked for. */
async function startSite(listener: RequestListener): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a TCP port
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** Over the network, as the command does it. */
const loadFrom = async (settings: SourceSettings): Promise<Loaded> =>
  loadAll(await openSource(settings));

/** 64 MB of one character, in 64 KB. */
const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024, "a"));

const gzipped: RequestListener = (_request, response) => {
  response.writeHead(200, { "content-type": "text/plain", "content-encoding": "gzip" }).end(BOMB);
};

describe("what unpacks to far more than it is, is refused once it is too long:", () => {
  it("an llms-full.txt", async () => {
    const { url } = await startSite(gzipped);
    const limits = { maxTextBytes: 1_000_000 };
    const loading = loadFrom({ location: `${url}/llms-full.txt`, limits });
    await expect(loading).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
  });

  it("a page that an llms.txt leads to, and the others are served", async () => {
    const { url } = await startSite((request, response) => {
      if (request.url === "/bomb.md") return gzipped(request, response);
      const list = "# Site\n\n- [Good](/good.md)\n- [Bomb](/bomb.md)\n";
      const isList = request.url === "/llms.txt";
      response.writeHead(200, { "content-type": "text/markdown" });
      response.end(isList ? list : "# Good\n\nWords.\n");
    });
    const { pages, problems } = await loadFrom({ location: `${url}/llms.txt` });
    expect(pages.map(({ title }) => title)).toEqual(["Good"]);
    expect(problems.map(({ reason }) => reason)).toEqual([expect.stringMatching(/longer than/)]);
  });

  it("a JSON export with one endless string", async () => {
    const body = gzipSync(`[{"title":"A","contents":"${"a".repeat(64 * 1024 * 1024)}"}]`);
    const { url } = await startSite((_request, response) => {
      const headers = { "content-type": "application/json", "content-encoding": "gzip" };
      response.writeHead(200, headers).end(body);
    });
    const limits = { maxPageBytes: 1_000_000 };
    const loading = loadFrom({ location: `${url}/index.json`, limits });
    await expect(loading).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
  });

  it("a JSON export of too many pages, or nested too deep", async () => {
    const page = '{"title":"A","permalink":"/a","contents":"x"},';
    const folder = temporaryFolder({
      "many/index.json": `[${page.repeat(2_000)}{}]`,
      "deep/index.json": `[${'{"a":['.repeat(100_000)}`,
    });
    for (const name of ["many", "deep"]) {
      const location = `${folder}/${name}/index.json`;
      const loading = load({ location, kind: "export", limits: { maxPages: 1_000 } });
      await expect(loading).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
    }
  });
});

describe("entities of XML are not expanded:", () => {
  const laughs = Array.from(
    { length: 10 },
    (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`,
  ).join("");

  it.each(["html", "markdown", "mdx"] as const)("a billion laughs in %s", (format) => {
    const page = `<!DOCTYPE html [<!ENTITY l0 "lol">${laughs}]>\n\n<p>Begin &l10; end</p>\n`;
    let text = "";
    try {
      text = readDocument(page, format).markdown;
    } catch {
      // To refuse it is as good.
    }
    expect(text.length).toBeLessThan(page.length * 2);
  });

  it("a file of this computer in HTML", () => {
    const page = `<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><p>Begin &x; end</p>`;
    expect(readDocument(page, "html").markdown).not.toMatch(/root:/);
  });
});

describe("URLs lead nowhere that nobody named:", () => {
  const SITE = "https://docs.example.org";
  const elsewhere = [
    "http://127.0.0.1/admin.md",
    "http://[::1]/admin.md",
    "http://169.254.169.254/latest/meta-data.md",
    "http://192.168.0.1/router.md",
    "https://docs.example.org:8443/other.md",
    "https://docs.example.org@127.0.0.1/x.md",
    "https://internal.example/x.md",
    "file:///etc/passwd",
    "//evil.example/x.md",
    "ftp://docs.example.org/x.md",
  ];

  it("not by the links of an llms.txt", async () => {
    const list = `# Site\n\n- [Good](/good.md)\n${elsewhere.map((url) => `- [X](${url})\n`).join("")}`;
    const site = siteFetch({ [`${SITE}/llms.txt`]: list, [`${SITE}/good.md`]: "# Good\n\nWords" });
    const { pages } = await load({ location: `${SITE}/llms.txt` }, site);
    expect(pages.map(({ title }) => title)).toEqual(["Good"]);
    expect(site.requested.filter((url) => !url.startsWith(`${SITE}/`))).toEqual([]);
  });

  it.each(elsewhere)("not by a page that redirects to %s", async (location) => {
    const site = siteFetch({
      [`${SITE}/llms.txt`]: "# Site\n\n- [Good](/good.md)\n- [Moved](/moved.md)\n",
      [`${SITE}/good.md`]: "# Good\n\nWords",
      [`${SITE}/moved.md`]: { init: { status: 302, headers: { location } } },
    });
    const { pages, problems } = await load({ location: `${SITE}/llms.txt` }, site);
    expect(pages.map(({ title }) => title)).toEqual(["Good"]);
    expect(problems).toHaveLength(1);
    expect(site.requested.filter((url) => !url.startsWith(`${SITE}/`))).toEqual([]);
  });
});
