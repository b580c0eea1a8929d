import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { bytesOf, fetchResource } from "../../../src/corpus/sources/fetch-resource.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import { messageOf } from "../../../src/lib/errors.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { siteFetch } from "./site-fetch.ts";

const accept = "text/plain";
const redirect = (location: string, status = 302): { init: ResponseInit } => ({
  init: { status, headers: { location } },
});

async function textFrom(
  url: string,
  settings: { fetch: typeof fetch; signal?: AbortSignal; maxBytes?: number },
): Promise<string> {
  const { fetch, signal, maxBytes = 1000 } = settings;
  const timing = { fetch, clock: systemClock, fetchTimeoutMs: 10_000 };
  const resource = await fetchResource(url, { accept, signal }, timing);
  return new TextDecoder().decode(await bytesOf(resource, maxBytes));
}

describe("fetchResource", () => {
  it("tells what came, and from where", async () => {
    const headers = {
      "content-type": "Text/Markdown; charset=utf-8",
      etag: '"abc"',
      "last-modified": "Wed, 01 Jan 2025 00:00:00 GMT",
    };
    const { fetch } = siteFetch({
      "https://example.org/a": redirect("/b"),
      "https://example.org/b": { text: "Text", init: { headers } },
    });
    const timing = { fetch, clock: systemClock, fetchTimeoutMs: 10_000 };
    const resource = await fetchResource("https://example.org/a", { accept }, timing);
    expect(resource).toMatchObject({
      url: "https://example.org/b",
      contentType: "text/markdown",
      etag: '"abc"',
      modifiedAt: Date.UTC(2025, 0, 1),
    });
    expect(new TextDecoder().decode(await bytesOf(resource, 10))).toBe("Text");
  });

  it.each([
    ["http://example.org/a", "https://example.org/b"],
    ["http://example.org/a", "https://www.example.org/b"],
    ["https://www.example.org/a", "https://example.org/b"],
  ])("follows %s to %s", async (from, to) => {
    const { fetch } = siteFetch({ [from]: redirect(to), [to]: "Text" });
    expect(await textFrom(from, { fetch })).toBe("Text");
  });

  it.each([
    ["https://example.org/a", "http://example.org/b"],
    ["https://example.org/a", "https://evil.example/b"],
    ["https://example.org/a", "http://127.0.0.1/b"],
    ["https://example.org/a", "https://example.org:8443/b"],
    ["https://example.org/a", "file:///etc/passwd"],
    ["https://example.org/a", "http://["],
  ])("does not follow %s to %s", async (from, to) => {
    const site = siteFetch({ [from]: redirect(to), [to]: "Text" });
    await expect(textFrom(from, site)).rejects.toMatchObject({ code: "ERR_SOURCE_FETCH" });
    expect(site.requested).toEqual([from]);
  });

  it("gives up on redirects without end, on bad statuses and on dead hosts", async () => {
    const site = siteFetch({ "https://example.org/a": redirect("/a") });
    await expect(textFrom("https://example.org/a", site)).rejects.toThrow("more than 5 times");
    await expect(textFrom("https://example.org/gone", site)).rejects.toMatchObject({
      message: "https://example.org/gone answered with status 404, not 200.",
      hint: "Check the URL in a browser.",
    });
    const dead: typeof fetch = () =>
      Promise.reject(new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND") }));
    await expect(textFrom("https://example.org/a", { fetch: dead })).rejects.toThrow("ENOTFOUND");
  });

  it("tells when the server wants to be asked again", async () => {
    const headers = { "retry-after": "7200" };
    const site = siteFetch({ "https://example.org/a": { init: { status: 503, headers } } });
    const clock = new FakeClock();
    const asked = fetchResource(
      "https://example.org/a",
      { accept },
      { fetch: site.fetch, clock, fetchTimeoutMs: 10_000 },
    );
    await expect(asked).rejects.toMatchObject({ askAgainAt: clock.now() + 7_200_000 });
  });

  it("reads no more than it may", async () => {
    const { fetch } = siteFetch({ "https://example.org/a": "x".repeat(1001) });
    await expect(textFrom("https://example.org/a", { fetch })).rejects.toMatchObject({
      code: "ERR_SOURCE_LIMIT",
    });
  });

  it("gives up on a server that is silent, before the answer and within it", async () => {
    const silent: typeof fetch = (_, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
      });
    const stalled: typeof fetch = async () => new Response(new ReadableStream({}));
    for (const fetch of [silent, stalled]) {
      const clock = new FakeClock();
      const reading = fetchResource(
        "https://example.org/a",
        { accept },
        { fetch, clock, fetchTimeoutMs: 5000 },
      ).then((resource) => bytesOf(resource, 10));
      const outcome = reading.catch(messageOf);
      await clock.advance(4999);
      await clock.advance(1);
      expect(await outcome).toContain("did not answer within 5000 ms");
      expect(clock.sleeping).toBe(0);
    }
  });

  it("stops with the caller's reason", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const fetch: typeof globalThis.fetch = (_, init) => {
      controller.abort(reason);
      return Promise.reject(init?.signal?.reason);
    };
    const stopped = textFrom("https://example.org/a", { fetch, signal: controller.signal });
    await expect(stopped).rejects.toBe(reason);
  });

  it("works over a real connection, compressed bodies too", async () => {
    const { gzipSync } = await import("node:zlib");
    const url = await listen(
      createServer((request, response) => {
        if (request.url === "/a") return response.writeHead(302, { location: "/b" }).end();
        const headers = { "content-encoding": "gzip", "content-type": "text/plain" };
        return response.writeHead(200, headers).end(gzipSync("Text ".repeat(10)));
      }),
    );
    expect(await textFrom(`${url}/a`, { fetch })).toBe("Text ".repeat(10));
    await expect(textFrom(`${url}/a`, { fetch, maxBytes: 20 })).rejects.toMatchObject({
      code: "ERR_SOURCE_LIMIT",
    });
  });
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
