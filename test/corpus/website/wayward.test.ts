import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { paths, read, siteReader } from "./read-site.ts";
import {
  page,
  redirect,
  send,
  sitemap,
  type WaywardSite,
  waywardSite,
  xml,
} from "./wayward-site.ts";

/** A home page that links to `/bad` and to `/good`. */
async function siteWith(bad: WaywardSite["answers"][string]): Promise<WaywardSite> {
  return waywardSite({ "/": page("Home", ["/bad", "/good"]), "/bad": bad, "/good": page("Good") });
}

const times = (site: WaywardSite, path: string): number =>
  site.requested.filter((one) => one === path).length;

describe("a site that misbehaves", () => {
  it("is asked three times for a page that fails, and the rest is read", async () => {
    const site = await siteWith(503);
    const loaded = await read(site);
    expect(paths(loaded)).toEqual(["/", "/good"]);
    expect(loaded.problems).toEqual([
      { path: `${site.url}bad`, reason: "The server answered with status 503." },
    ]);
    expect(times(site, "/bad")).toBe(3);
  });

  it.each([
    ["seconds", "120"],
    ["a date", "Sun, 22 Nov 2026 00:02:30 GMT"],
  ])("is left alone as long as Retry-After says in %s", async (_, after) => {
    const date = "Sun, 22 Nov 2026 00:00:30 GMT";
    let asked = 0;
    const site = await siteWith((__, response) => {
      asked += 1;
      if (asked > 1) return send(response, page("Bad"));
      response.writeHead(429, { "retry-after": after, date }).end();
    });
    const reader = siteReader(site);
    expect(paths(await reader.read())).toEqual(["/", "/bad", "/good"]);
    expect(reader.clock.pauses.filter((pause) => pause > 100_000)).toEqual([
      expect.closeTo(120_000, -3),
    ]);
  });

  it("is not waited for all day", async () => {
    const site = await siteWith(
      (_, response) => void response.writeHead(503, { "retry-after": "86400" }).end(),
    );
    const reader = siteReader(site);
    const loaded = await reader.read();
    expect(paths(loaded)).toEqual(["/", "/good"]);
    // Whoever schedules the next load is told.
    const askAgainAt = loaded.problems.find((problem) => problem.askAgainAt)?.askAgainAt ?? 0;
    expect(askAgainAt - reader.clock.now()).toBeGreaterThan(86_000_000);
    expect(Math.max(...reader.clock.pauses)).toBeLessThan(300_001);
    expect(times(site, "/bad")).toBe(1);
  });

  it.each([
    ["says nothing", ""],
    ["stops in the middle", "<html><p>Half a"],
  ])("is given up when it %s", async (_, piece) => {
    const site = await siteWith((__, response) => {
      if (piece === "") return reader.clock.timeOut();
      response.writeHead(200, { "content-type": "text/html" });
      response.write(piece, () => reader.clock.timeOut());
    });
    const reader = siteReader(site);
    const loaded = await reader.read();
    expect(paths(loaded)).toEqual(["/", "/good"]);
    expect(loaded.problems[0]?.reason).toContain("no whole answer within");
  });

  it("never gets half a page into the index", async () => {
    const site = await siteWith((_, response) => {
      response.writeHead(200, { "content-type": "text/html", "content-length": "5000" });
      response.write(page("Half"), () => response.destroy());
    });
    const loaded = await read(site);
    expect(paths(loaded)).toEqual(["/", "/good"]);
    expect(loaded.problems[0]?.reason).toContain("cannot be fetched");
  });

  it("does not send us round, away, or into a private network", async () => {
    const hosts = await waywardSite({
      "/": page("Home", ["/loop", "/away", "/metadata", "/other-port"]),
      "/loop": redirect("/loop2"),
      "/loop2": redirect("/loop"),
      "/away": redirect("https://elsewhere.example/"),
      "/metadata": redirect("http://169.254.169.254/latest/meta-data/"),
      "/other-port": redirect("http://127.0.0.1:1/"),
    });
    const loaded = await read(hosts);
    expect(paths(loaded)).toEqual(["/"]);
    expect(loaded.problems.map(({ reason }) => reason)).toEqual(["It redirects in a circle."]);
  });

  it("does not fill the memory with a page, however it is packed", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000, 32));
    const site = await waywardSite({
      "/": page("Home", ["/bomb", "/long", "/good"]),
      "/bomb": (_, response) => send(response, bomb, { "content-encoding": "gzip" }),
      "/long": (_, response) => send(response, page("x".repeat(200_000))),
      "/good": (_, response) =>
        send(response, gzipSync(page("Good")), { "content-encoding": "gzip" }),
    });
    const loaded = await read(site, { limits: { maxPageBytes: 100_000 } });
    expect(paths(loaded)).toEqual(["/", "/good"]);
    expect(loaded.problems.map(({ reason }) => reason)).toEqual([
      "The page is longer than 100000 bytes, which is the most that is read.",
      "The page is longer than 100000 bytes, which is the most that is read.",
    ]);
  });

  it("does not turn what is no page into one", async () => {
    const site = await waywardSite({
      "/": page("Home", ["/a", "/b", "/c"]),
      "/a": (_, response) => send(response, "%PDF-1.7", { "content-type": "application/pdf" }),
      "/b": (_, response) => send(response, "x", { "content-encoding": "zstd" }),
      "/c": (_, response) => send(response, Buffer.from([0x3c, 0x70, 0x3e, 0xff, 0xfe])),
    });
    const loaded = await read(site);
    expect(paths(loaded)).toEqual(["/"]);
    expect(loaded.problems.map(({ path }) => new URL(path).pathname)).toEqual(["/b", "/c"]);
  });

  it("may write in another encoding, and says which in one of three ways", async () => {
    const text = '<html lang="ru"><title>Привет</title><p>Привет, мир</p></html>';
    const latin = Buffer.from(
      '<html><meta charset="iso-8859-1"><title>Café</title><p>Café.</p></html>',
      "latin1",
    );
    const site = await waywardSite({
      "/": page("Home", ["/header", "/meta", "/mark", "/unknown"]),
      "/header": (_, response) =>
        send(response, toWindows1251(text), { "content-type": "text/html; charset=windows-1251" }),
      "/meta": (_, response) => send(response, latin),
      "/mark": (_, response) => send(response, Buffer.from(`\ufeff${text}`, "utf16le")),
      "/unknown": (_, response) =>
        send(response, "<p>x</p>", { "content-type": "text/html; charset=klingon" }),
    });
    const loaded = await read(site);
    const titles = loaded.pages.map(({ title }) => title);
    expect(titles).toEqual(["Home", "Привет", "Привет", "Café"]);
    expect(loaded.problems[0]?.reason).toContain('"klingon", which is no known encoding');
  });

  it("does not keep us in a calendar, in its own echo, or in sessions", async () => {
    const site = await waywardSite({
      "/": page("Home", ["/calendar/2026/1/", "/echo/", "/list?sort=a", "/shop;jsessionid=1A"]),
      "/shop": page("Shop", ["/shop;jsessionid=2B", "/shop?PHPSESSID=3", "/?utm_source=x"]),
    });
    let session = 0;
    site.otherwise = ({ url = "" }, response) => {
      const [, year, month] = /^\/calendar\/(\d+)\/(\d+)\/$/.exec(url) ?? [];
      if (year) {
        const links = [
          `/calendar/${year}/${Number(month) + 1}/`,
          `/calendar/${Number(year) + 1}/1/`,
        ];
        return send(response, page(url, links));
      }
      if (url.startsWith("/echo/")) return send(response, page(url, ["more/", "echo/"]));
      if (url.startsWith("/list")) {
        return send(response, page("List", [`/list?sort=${session++}`, `/list?page=${session++}`]));
      }
      response.writeHead(404).end();
    };
    const loaded = await read(site);
    const all = paths(loaded);
    expect(all.filter((path) => path.startsWith("/calendar/")).length).toBeLessThanOrEqual(200);
    expect(all.filter((path) => path.startsWith("/echo/")).length).toBeLessThan(40);
    expect(all.filter((path) => path.startsWith("/list"))).toEqual(["/list"]);
    expect(all.filter((path) => path.startsWith("/shop"))).toEqual(["/shop"]);
    expect(loaded.problems.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("More than 200 pages differ in the numbers"),
    ]);
    expect(site.requests.every(({ headers }) => headers.cookie === undefined)).toBe(true);
  });

  it("is not asked for what its robots.txt forbids, nor faster than it allows", async () => {
    const site = await waywardSite({
      "/robots.txt":
        "User-agent: *\nDisallow: /\n\nUser-agent: Docport\nDisallow: /private/\nAllow: /private/open\nCrawl-delay: 7\n",
      "/": page("Home", ["/private/a", "/private/open", "/sneak"]),
      "/private/a": page("A"),
      "/private/open": page("Open"),
      "/sneak": redirect("/private/a"),
    });
    const reader = siteReader(site);
    expect(paths(await reader.read())).toEqual(["/", "/private/open"]);
    expect(site.requested).not.toContain("/private/a");
    expect(Math.min(...reader.clock.pauses)).toBeGreaterThan(6900);
  });

  it("is not read at all when it forbids it, or when it cannot be asked", async () => {
    const site = await siteWith(page("Bad"));
    site.answers["/robots.txt"] = "User-agent: *\nDisallow: /";
    await expect(read(site)).rejects.toThrow("The robots.txt of");
    site.answers["/robots.txt"] = 500;
    await expect(read(site)).rejects.toThrow("robots.txt: The server answered with status 500.");
    expect(site.requested.filter((path) => path !== "/robots.txt")).toEqual([]);
    site.answers["/robots.txt"] = 403;
    expect(paths(await read(site))).toEqual(["/", "/bad", "/good"]);
  });

  it("may have more pages, or be slower, than there is room and time for", async () => {
    const links = Array.from({ length: 30 }, (_, at) => `/page-${at}`);
    const site = await waywardSite({
      "/": page("Home", links),
      ...Object.fromEntries(links.map((link) => [link, page(link)])),
    });
    const few = await read(site, { limits: { maxPages: 10 } });
    expect(few.pages).toHaveLength(10);
    expect(few.problems[0]?.reason).toBe("The site has more than 10 pages; the rest is left out.");

    const reader = siteReader(site, { limits: { maxLoadMs: 2000 } });
    const first = await reader.read();
    expect(first.pages.length).toBeLessThan(25);
    expect(first.problems[0]?.reason).toContain("the next load goes on");
    const before = site.requested.length;
    const counts = [first.pages.length];
    while ((counts.at(-1) ?? 0) < 31 && counts.length < 10) {
      counts.push((await reader.read()).pages.length);
    }
    expect(counts.at(-1)).toBe(31);
    const again = site.requested.slice(before).filter((path) => path.startsWith("/page-"));
    expect(new Set(again).size).toBe(again.length);
  });
});

describe("a site that is read again", () => {
  const tenPages = Array.from({ length: 12 }, (_, at) => `/page-${at}/`);

  async function listedSite(): Promise<WaywardSite> {
    const site = await waywardSite(
      Object.fromEntries(tenPages.map((path) => [path, page(`Page ${path}`)])),
    );
    list(site, Object.fromEntries(tenPages.map((path) => [path, ""])));
    return site;
  }

  function list(site: WaywardSite, listed: Readonly<Record<string, string>>): void {
    site.answers["/sitemap.xml"] = xml(sitemap(site, listed));
  }

  it("is asked only what has changed", async () => {
    const site = await waywardSite();
    list(site, { "/tagged/": "", "/dated/": "", "/listed/": "2026-01-01" });
    const conditions: (string | undefined)[] = [];
    Object.assign(site.answers, {
      "/tagged/": ({ headers }, response) => {
        conditions.push(headers["if-none-match"]);
        if (headers["if-none-match"] === '"1"') response.writeHead(304).end();
        else send(response, page("Tagged"), { etag: '"1"' });
      },
      "/dated/": ({ headers }, response) => {
        conditions.push(headers["if-modified-since"]);
        if (headers["if-modified-since"]) response.writeHead(304).end();
        else send(response, page("Dated"), { "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" });
      },
      "/listed/": page("Listed"),
    } satisfies WaywardSite["answers"]);
    const reader = siteReader(site);
    const first = await reader.read();
    const asked = times(site, "/listed/");
    const second = await reader.read();
    expect(second).toEqual(first);
    expect(conditions.at(-2)).toBe('"1"');
    expect(conditions.at(-1)).toBe("Thu, 01 Jan 2026 00:00:00 GMT");
    expect(times(site, "/listed/")).toBe(asked);

    list(site, { "/tagged/": "", "/dated/": "", "/listed/": "2026-02-02" });
    site.answers["/listed/"] = page("Listed anew");
    const third = await reader.read();
    expect(third.pages.map(({ title }) => title)).toContain("Listed anew");
    reader.clock.pass(8 * 86_400_000);
    site.answers["/listed/"] = page("Changed without a word");
    expect((await reader.read()).pages.map(({ title }) => title)).toContain(
      "Changed without a word",
    );
  });

  it("keeps its pages while a part of it is down", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    const first = await reader.read();
    site.answers["/page-3/"] = 500;
    const second = await reader.read();
    expect(second.pages).toEqual(first.pages);
    expect(second.problems.map(({ reason }) => reason)).toEqual([
      "The server answered with status 500. The page of 2026-11-22 is served in its place.",
    ]);
    site.answers = { "/robots.txt": 502 };
    site.otherwise = (_, response) => void response.destroy();
    const third = await reader.read();
    expect(third.pages).toEqual(first.pages);
    expect(third.problems.at(-1)?.reason).toMatch(
      /^The site does not answer. \d+ pages are served as they were.$/,
    );
  });

  it("keeps what a sitemap listed while that cannot be read, however few, and where it was", async () => {
    const site = await waywardSite({ "/docs": redirect("/manual/"), "/manual/a/": page("A") });
    site.answers["/manual/"] = page("Home", ["/manual/unlisted/"]);
    site.answers["/manual/unlisted/"] = page("Unlisted");
    site.answers["/manual/sitemap.xml"] = xml(sitemap(site, { "/manual/": "", "/manual/a/": "" }));
    const reader = siteReader(site, { location: `${site.url}docs` });
    const first = await reader.read();
    expect(first.pages.map(({ id }) => id)).toEqual(["index", "a"]);
    site.answers["/manual/sitemap.xml"] = 503;
    const second = await reader.read();
    expect(second.pages).toEqual(first.pages);
    expect(second.problems).toHaveLength(1);
    for (const path of Object.keys(site.answers)) site.answers[path] = 503;
    const third = await reader.read();
    expect(third.pages).toEqual(first.pages);
    expect(third.problems.some(({ isServed }) => isServed)).toBe(true);
  });

  it("is not asked a thousand times while it is down", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    await reader.read();
    const before = site.requested.length;
    for (const path of tenPages) site.answers[path] = 500;
    expect((await reader.read()).pages).toHaveLength(12);
    expect(site.requested.length - before).toBeLessThan(20);
  });

  it("loses a page when it is missing for the second time", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    await reader.read();
    site.answers["/page-3/"] = 404;
    const second = await reader.read();
    expect(second.pages).toHaveLength(12);
    expect(second.problems[0]?.reason).toContain("kept until it is missing a second time");
    expect((await reader.read()).pages).toHaveLength(11);
    site.answers["/page-3/"] = page("Back");
    expect((await reader.read()).pages).toHaveLength(12);
    site.answers["/page-3/"] = 404;
    expect((await reader.read()).pages).toHaveLength(12);
  });

  it("does not lose half of its pages to a broken sitemap", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    await reader.read();
    list(site, { "/page-0/": "", "/page-1/": "" });
    const second = await reader.read();
    expect(second.pages).toHaveLength(12);
    expect(second.problems.map(({ reason }) => reason)).toEqual([
      "The site lists 2 pages and had 12; the others are kept as long as they are there.",
    ]);
    // Those that are gone in earnest go one by one.
    for (const path of tenPages.slice(2)) site.answers[path] = 404;
    expect((await reader.read()).pages).toHaveLength(12);
    const fourth = await reader.read();
    expect(fourth.pages).toHaveLength(2);
    expect((await reader.read()).problems).toEqual([]);
  });

  it("lets go of pages that a sound sitemap no longer lists", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    await reader.read();
    list(site, Object.fromEntries(tenPages.slice(2).map((path) => [path, ""])));
    expect((await reader.read()).pages).toHaveLength(10);
    expect(await reader.cache.get(`page:${site.url}page-0/`)).toBeUndefined();
  });

  it("goes on where it was cut off", async () => {
    const site = await listedSite();
    const reader = siteReader(site);
    const kill = new AbortController();
    const { otherwise, answers } = site;
    site.answers = {
      ...answers,
      "/page-6/": (_, response) => {
        kill.abort(new Error("killed"));
        response.destroy();
      },
    };
    await expect(reader.read(kill.signal)).rejects.toThrow("killed");
    Object.assign(site, { answers, otherwise });
    site.requests.length = 0;
    expect((await reader.read()).pages).toHaveLength(12);
    const asked = site.requests.filter(({ headers }) => headers.accept?.startsWith("text/html,"));
    const urls = asked.map(({ url = "" }) => url).filter((url) => url !== "/");
    expect(urls.toSorted()).toEqual(tenPages.slice(6).toSorted());
  });
});

function toWindows1251(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 128 ? code : code - 0x410 + 0xc0;
  });
}
