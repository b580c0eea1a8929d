import { describe, expect, it } from "vitest";
import type { HttpHandlerOptions } from "../../src/http/http-options.ts";
import type { RequestNotes } from "../../src/http/request-notes.ts";
import type { AnsweredRequest } from "../../src/http/request-observer.ts";
import { createTestHandler } from "../support/start-server.ts";
import { legacy, modern, post } from "./mcp-requests.ts";

const BASE = "http://localhost:8080";
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const META_PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

interface Seen extends AnsweredRequest {
  readonly notes: RequestNotes;
}

async function seenOf(
  requests: readonly Request[],
  options: Partial<HttpHandlerOptions> = {},
): Promise<readonly Seen[]> {
  const seen: Seen[] = [];
  await using handler = createTestHandler({
    publicUrl: BASE,
    observer: { onAnswered: (answer, notes) => void seen.push({ ...answer, notes }) },
    ...options,
  });
  for (const request of requests) await (await handler.fetch(request, "192.0.2.1")).text();
  return seen;
}

const get = (path: string, headers: Record<string, string> = {}): Request =>
  new Request(BASE + path, { headers });
const called = (name: string): Record<string, unknown> => ({ name, arguments: { query: "port" } });

describe("the observer of requests", () => {
  it("is told of route, tool, status and time of every answer", async () => {
    const { body, headers } = modern("tools/call", called("search"));
    const seen = await seenOf([
      post(`${BASE}/mcp`, body, headers),
      post(`${BASE}/sse`, legacy("tools/call", called("fetch"))),
      post(`${BASE}/mcp`, legacy("tools/list")),
      get("/pages/guide/install.md"),
      get("/pages/no/such.md"),
      get("/wp-login.php"),
      get("/healthz"),
      new Request("http://evil.example/mcp"),
    ]);
    expect(seen.map(({ route, method, tool, status }) => [method, route, tool, status])).toEqual([
      ["POST", "/mcp", "search", 200],
      ["POST", "/sse", "fetch", 200],
      ["POST", "/mcp", undefined, 200],
      ["GET", "page", undefined, 200],
      ["GET", "page", undefined, 404],
      ["GET", "other", undefined, 404],
      ["GET", "/healthz", undefined, 200],
      ["GET", "refused", undefined, 403],
    ]);
    for (const { durationMs } of seen) expect(durationMs).toBeGreaterThanOrEqual(0);
  });

  it("counts no names that clients make up", async () => {
    const names = ["search; drop", "__proto__", "constructor", ""];
    const seen = await seenOf(
      names.map((name) => post(`${BASE}/mcp`, legacy("tools/call", called(name)))),
    );
    expect(new Set(seen.map(({ tool }) => tool))).toEqual(new Set(["unknown"]));
  });

  it("is told of requests that the limits refuse", async () => {
    const seen = await seenOf([get("/"), get("/")], { limits: { maxInFlight: 0 } });
    expect(seen.map(({ route, status }) => [route, status])).toEqual([
      ["refused", 503],
      ["refused", 503],
    ]);
  });
});

describe("request ids", () => {
  const id = "f2d1c9-proxy";

  it("are taken from the proxy that is trusted, and made here otherwise", async () => {
    const request = (): Request => get("/healthz", { "x-request-id": id });
    const [trusted] = await seenOf([request()], { trustForwardedFor: true });
    const [untrusted] = await seenOf([request()]);
    expect(trusted?.notes.requestId).toBe(id);
    expect(untrusted?.notes.requestId).toMatch(/^[\da-f-]{36}$/);
    expect(untrusted?.notes.requestId).toBe(untrusted?.notes.requestId);
  });

  it.each(["", "a b", 'x"} {"level":"error"', "x".repeat(129)])(
    "that are no ids (%j) are not taken",
    async (odd) => {
      const headers = { "x-request-id": odd };
      const [seen] = await seenOf([get("/healthz", headers)], { trustForwardedFor: true });
      expect(seen?.notes.requestId).toMatch(/^[\da-f-]{36}$/);
    },
  );

  it("are given to the client and to the log when something failed inside", async () => {
    const failures: (string | undefined)[] = [];
    await using handler = createTestHandler({
      catalog: () => {
        throw new Error("broken");
      },
      onError: (_error, notes) => void failures.push(notes?.requestId),
    });
    const response = await handler.fetch(get("/llms.txt"));
    expect(response.status).toBe(500);
    expect(failures).toEqual([response.headers.get("x-request-id")]);
  });
});

describe("trace context", () => {
  it("is the header's, and MCP's own over it", async () => {
    const meta = { traceparent: META_PARENT };
    const [header, both, odd] = await seenOf([
      get("/healthz", { traceparent: PARENT }),
      post(`${BASE}/mcp`, legacy("tools/list", { _meta: meta }), { traceparent: PARENT }),
      get("/healthz", { traceparent: "00-zz" }),
    ]);
    expect(header?.notes.trace).toEqual({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      flags: "01",
    });
    expect(both?.notes.trace?.traceId).toBe("4bf92f3577b34da6a3ce929d0e0e4736");
    expect(odd?.notes.trace).toBeUndefined();
  });
});

describe("GET /readyz", () => {
  const ask = async (
    options: Partial<HttpHandlerOptions>,
    isClosed = false,
  ): Promise<readonly [number, unknown]> => {
    await using handler = createTestHandler({ publicUrl: BASE, ...options });
    if (isClosed) await handler.close();
    const response = await handler.fetch(new Request("http://10.1.2.3/readyz"));
    return [response.status, await response.json()];
  };

  it("is 200 when the server may get traffic", async () => {
    expect(await ask({})).toEqual([200, { status: "ready" }]);
  });

  it("is 503 with the reasons when it may not, while /healthz is 200", async () => {
    const reasons = ["There is no certificate yet."];
    const unready = { unreadyBecause: () => reasons };
    expect(await ask(unready)).toEqual([503, { status: "not ready", reasons }]);
    await using handler = createTestHandler({ publicUrl: BASE, ...unready });
    expect((await handler.fetch(get("/healthz"))).status).toBe(200);
  });

  it("is 503 when the server is stopping, and answered when it is full", async () => {
    expect((await ask({}, true))[0]).toBe(503);
    expect((await ask({ limits: { maxInFlight: 0 } }))[0]).toBe(200);
  });
});
