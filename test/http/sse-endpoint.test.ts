import { describe, expect, it } from "vitest";
import type { HttpHandler } from "../../src/http/http-options.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { createTestHandler } from "../support/start-server.ts";
import { legacy, post } from "./mcp-requests.ts";

const BASE = "http://localhost:8080";

/** Reads a stream event by event. */
async function open(handler: HttpHandler): Promise<{
  readonly status: number;
  readonly next: () => Promise<string>;
  readonly cancel: () => Promise<void>;
}> {
  const response = await handler.fetch(new Request(`${BASE}/sse`));
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  return {
    status: response.status,
    next: async () => (await reader?.read())?.value ?? "(end)",
    cancel: async () => reader?.cancel(),
  };
}

const pathIn = (event: string): string => /data: (\S+)/.exec(event)?.[1] ?? "";

describe("GET /sse and POST /message", () => {
  it("names the path to post to, and answers over the stream", async () => {
    const handler = createTestHandler();
    const stream = await open(handler);
    const path = pathIn(await stream.next());
    expect(path).toMatch(/^\/message\?sessionId=[0-9a-f-]{36}$/);
    const accepted = await handler.fetch(post(BASE + path, legacy("ping")));
    expect(accepted.status).toBe(202);
    expect(await stream.next()).toBe(
      'event: message\ndata: {"result":{},"jsonrpc":"2.0","id":1}\n\n',
    );
    await handler.close();
    expect(await stream.next()).toBe("(end)");
  });

  it("keeps the stream alive with comments", async () => {
    const clock = new FakeClock();
    const handler = createTestHandler({ clock, limits: { keepAliveInMs: 15_000 } });
    const stream = await open(handler);
    await stream.next();
    await clock.advance(15_000);
    expect(await stream.next()).toBe(": keep-alive\n\n");
    await clock.advance(15_000);
    expect(await stream.next()).toBe(": keep-alive\n\n");
    await stream.cancel();
    expect(clock.sleeping).toBe(0);
    await handler.close();
  });

  it("opens only so many, and one more when one is gone", async () => {
    const handler = createTestHandler({ limits: { maxStreams: 2 } });
    const [first] = [await open(handler), await open(handler)];
    expect((await open(handler)).status).toBe(503);
    await first?.cancel();
    expect((await open(handler)).status).toBe(200);
    await handler.close();
  });

  it("forgets a session when its client goes away", async () => {
    const handler = createTestHandler();
    const leaving = new AbortController();
    const request = new Request(`${BASE}/sse`, { signal: leaving.signal });
    const response = await handler.fetch(request);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const path = pathIn((await reader?.read())?.value ?? "");
    leaving.abort();
    expect((await handler.fetch(post(BASE + path, legacy("ping")))).status).toBe(404);
  });

  it("cuts a client that asks and does not read", async () => {
    const handler = createTestHandler();
    const response = await handler.fetch(new Request(`${BASE}/sse`));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const path = pathIn((await reader?.read())?.value ?? "");
    const fetchLong = legacy("tools/call", {
      name: "fetch",
      arguments: { id: "reference/long", max_tokens: 100_000 },
    });
    let status = 202;
    for (let i = 0; i < 200 && status === 202; i++) {
      ({ status } = await handler.fetch(post(BASE + path, fetchLong)));
    }
    expect(status).toBe(404);
  });

  it.each([
    ["/message", 404],
    ["/message?sessionId=", 404],
    ["/message?sessionId=00000000-0000-0000-0000-000000000000", 404],
  ])("answers POST %s with %i", async (path, status) => {
    expect((await createTestHandler().fetch(post(BASE + path, legacy("ping")))).status).toBe(
      status,
    );
  });

  it("refuses a message that is none", async () => {
    const handler = createTestHandler();
    const stream = await open(handler);
    const path = pathIn(await stream.next());
    expect((await handler.fetch(post(BASE + path, { no: "message" }))).status).toBe(400);
    expect((await handler.fetch(post(BASE + path, "[".repeat(5_000)))).status).toBe(400);
    expect(
      (await handler.fetch(post(BASE + path, "{}", { "content-type": "text/plain" }))).status,
    ).toBe(415);
    await handler.close();
  });
});
