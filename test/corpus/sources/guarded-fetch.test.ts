import type { LookupFunction } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Fetch } from "../../../src/corpus/sources/fetch-resource.ts";
import { bytesOf, fetchResource } from "../../../src/corpus/sources/fetch-resource.ts";
import { createGuardedFetch } from "../../../src/corpus/sources/guarded-fetch.ts";
import { openSource } from "../../../src/corpus/sources/open-source.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { send, type WaywardSite, waywardSite } from "../website/wayward-site.ts";
import { loadAll } from "./load.ts";

/** DNS in the hands of somebody who wants to be let in: every name is this computer. */
const toLoopback: LookupFunction = (_, options, done) =>
  options.all === true
    ? done(null, [{ address: "127.0.0.1", family: 4 }])
    : done(null, "127.0.0.1", 4);

const secrets = (): Promise<WaywardSite> =>
  waywardSite({
    "/": "<!doctype html><main><h1>Home</h1><p>Secret words of the intranet.</p></main>",
    "/index.json": (_, response) =>
      send(response, JSON.stringify([{ title: "Home", permalink: "/home/", contents: "Secret." }])),
    "/llms.txt": (_, response) => send(response, "# Home\n\n- [One](/one.md): one\n"),
    "/one.md": (_, response) => send(response, "# One\n\nSecret.\n"),
    "/llms-full.txt": (_, response) => send(response, "# Home\n\nSource: /home/\n\nSecret.\n"),
  });

const textOf = async (fetch: Fetch, url: string, maxBytes = 1_000): Promise<string> => {
  const timing = { fetch, clock: systemClock, fetchTimeoutMs: 10_000 };
  const resource = await fetchResource(url, { accept: "*/*" }, timing);
  return Buffer.from(await bytesOf(resource, maxBytes)).toString();
};

describe("sources behind a URL", () => {
  const KINDS = ["/", "/index.json", "/llms.txt", "/llms-full.txt"];

  it.each(KINDS)("%s: a public name is not read from a private address", async (path) => {
    const site = await secrets();
    const { port } = new URL(site.url);
    const location = `http://docs.example.org:${port}${path}`;
    const source = await openSource({ location }, { lookup: toLoopback });
    await expect(loadAll(source)).rejects.toThrow("an address of a private network");
    expect(site.requested).toEqual([]);
  });

  it.each(KINDS)("%s: a private site is read when it is what was named", async (path) => {
    const site = await secrets();
    const { port } = new URL(site.url);
    const location = `http://docs.internal:${port}${path}`;
    const { pages } = await loadAll(await openSource({ location }, { lookup: toLoopback }));
    expect(pages.length).toBeGreaterThan(0);
  });
});

describe("createGuardedFetch", () => {
  const source = new URL("https://docs.example.org/llms.txt");

  it.each(["http://127.0.0.1:PORT/", "http://2130706433:PORT/", "http://[::ffff:7f00:1]:PORT/"])(
    "of a public source does not go to %s",
    async (url) => {
      const site = await secrets();
      const { port } = new URL(site.url);
      const guarded = createGuardedFetch(source, toLoopback);
      await expect(textOf(guarded, url.replace("PORT", port))).rejects.toThrow("private network");
      expect(site.requested).toEqual([]);
    },
  );

  it("does not follow its own site to a private address", async () => {
    const guarded = createGuardedFetch(new URL("http://docs.example.org/"), toLoopback);
    const asked: string[] = [];
    // DNS answers otherwise for the second request than for the first.
    const fetch: Fetch = async (input, init) => {
      asked.push(new Request(input).url);
      return asked.length === 1
        ? new Response(null, { status: 302, headers: { location: "https://docs.example.org/b" } })
        : guarded(input, init);
    };
    await expect(textOf(fetch, "http://docs.example.org/a")).rejects.toThrow("private network");
    expect(asked).toEqual(["http://docs.example.org/a", "https://docs.example.org/b"]);
  });

  it("takes none of several private addresses, in either family", async () => {
    const lookup: LookupFunction = (_, _options, done) =>
      done(null, [
        { address: "10.0.0.1", family: 4 },
        { address: "fd00::1", family: 6 },
      ]);
    const guarded = createGuardedFetch(source, lookup);
    await expect(textOf(guarded, source.href)).rejects.toThrow("(10.0.0.1) is an address");
  });

  it("unpacks, gives headers and statuses as they are, and leaves redirects to others", async () => {
    const site = await waywardSite({
      "/packed": (_, response) => send(response, gzipSync("Text"), { "content-encoding": "gzip" }),
      "/moved": (_, response) => response.writeHead(302, { location: "/packed" }).end(),
      "/gone": 410,
      "/empty": 204,
    });
    const guarded = createGuardedFetch(new URL(site.url));
    const get = (path: string): Promise<Response> => guarded(new URL(path, site.url));
    expect(await (await get("/packed")).text()).toBe("Text");
    expect((await get("/moved")).headers.get("location")).toBe("/packed");
    expect((await get("/gone")).status).toBe(410);
    expect(await (await get("/empty")).text()).toBe("");
    expect(await textOf(guarded, new URL("/moved", site.url).href)).toBe("Text");
  });

  it("stops a body that is unpacked beyond the bound, and one that is cut off", async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000));
    let whenClosed = (): void => {};
    const closed = new Promise<void>((resolve) => (whenClosed = resolve));
    const site = await waywardSite({
      "/bomb": (_, response) => send(response, bomb, { "content-encoding": "gzip" }),
      "/cut": (request, response) => {
        response.writeHead(200, { "content-encoding": "gzip", "content-length": "1000" });
        response.write(bomb.subarray(0, 15), () => request.socket.destroy());
      },
      "/endless": (_, response) => {
        response.on("close", () => whenClosed());
        response.writeHead(200);
        response.write(Buffer.alloc(5_000));
      },
    });
    const guarded = createGuardedFetch(new URL(site.url));
    const at = (path: string): string => new URL(path, site.url).href;
    await expect(textOf(guarded, at("/bomb"))).rejects.toMatchObject({ code: "ERR_SOURCE_LIMIT" });
    await expect(textOf(guarded, at("/cut"))).rejects.toMatchObject({ code: "ERR_SOURCE_FETCH" });
    await expect(textOf(guarded, at("/endless"))).rejects.toThrow("longer than 1000 bytes");
    // The connection is given up too.
    await closed;
  });
});
