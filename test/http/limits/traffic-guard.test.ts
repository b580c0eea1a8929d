import { describe, expect, it } from "vitest";
import { createTrafficGuard, type Visit } from "../../../src/http/limits/traffic-guard.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const LIMITS = {
  requestsPerMinute: 400,
  maxInFlight: 10,
  maxInFlightPerClient: 2,
  maxSearchesPerClient: 2,
  maxStreamsPerClient: 1,
};
const guardWith = (limits: Partial<typeof LIMITS> = {}) =>
  createTrafficGuard({ ...LIMITS, ...limits }, new FakeClock());

/** The visit; throws when there is none. */
function visitOf(entered: Visit | Response): Visit {
  if (entered instanceof Response) throw new Error(`refused with ${entered.status}`);
  return entered;
}

function stream(): Response {
  const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1)) });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

describe("createTrafficGuard", () => {
  it("says how long to wait, in the headers of the draft", async () => {
    const guard = guardWith({ requestsPerMinute: 4 });
    await visitOf(guard.enter("a")).leave(new Response());
    const refused = guard.enter("a");
    expect(refused).toBeInstanceOf(Response);
    if (!(refused instanceof Response)) return;
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("20");
    expect(refused.headers.get("ratelimit-policy")).toBe('"requests";q=4;w=60');
    expect(refused.headers.get("ratelimit")).toBe('"requests";r=0;t=20');
    expect(guard.enter("b")).not.toBeInstanceOf(Response);
  });

  it("holds the requests that a client has open, and frees them when they are answered", async () => {
    const guard = guardWith();
    const first = visitOf(guard.enter("a"));
    visitOf(guard.enter("a"));
    expect(guard.enter("a")).toMatchObject({ status: 429 });
    visitOf(guard.enter("b"));
    await first.leave(Response.json({}));
    visitOf(guard.enter("a"));
  });

  it("holds the budget of the process, whoever asks", async () => {
    const guard = guardWith({ maxInFlight: 2 });
    const first = visitOf(guard.enter(undefined));
    visitOf(guard.enter("a"));
    const busy = guard.enter("b");
    expect(busy).toMatchObject({ status: 503 });
    await first.leave(new Response());
    visitOf(guard.enter("b"));
  });

  it("counts a stream until it is given up", async () => {
    const guard = guardWith();
    const open = await visitOf(guard.enter("a")).leave(stream());
    expect(open.status).toBe(200);
    expect(await visitOf(guard.enter("a")).leave(stream())).toMatchObject({ status: 429 });
    await open.body?.cancel();
    expect(await visitOf(guard.enter("a")).leave(stream())).toMatchObject({ status: 200 });
  });

  it("counts a stream until it ends or fails, and passes on what is in it", async () => {
    const guard = guardWith();
    const headers = { "content-type": "text/event-stream; charset=utf-8" };
    const short = await visitOf(guard.enter("a")).leave(new Response("data: 1\n\n", { headers }));
    expect(await short.text()).toBe("data: 1\n\n");
    const failing = new ReadableStream({ pull: (controller) => controller.error(new Error("no")) });
    const broken = await visitOf(guard.enter("a")).leave(new Response(failing, { headers }));
    await expect(broken.text()).rejects.toThrow("no");
    expect(await visitOf(guard.enter("a")).leave(stream())).toMatchObject({ status: 200 });
  });

  it("counts by caller once there is one, and the address is free again", async () => {
    const guard = guardWith({ requestsPerMinute: 8 });
    for (const caller of ["ann", "bob", "cleo"]) {
      for (let i = 0; i < 2; i++) {
        const visit = visitOf(guard.enter("office"));
        expect(visit.identify(caller)).toBeUndefined();
        await visit.leave(new Response());
      }
    }
    const visit = visitOf(guard.enter("office"));
    expect(visit.identify("ann")).toMatchObject({ status: 429 });
    await visit.leave(new Response());
  });

  it("counts a batch as the requests that it holds", async () => {
    const guard = guardWith({ requestsPerMinute: 40 });
    const visit = visitOf(guard.enter("a"));
    expect(visit.holds({ messages: 15, searches: 0 })).toBeUndefined();
    await visit.leave(new Response());
    expect(guard.enter("a")).toMatchObject({ status: 429 });
    visitOf(guard.enter("b"));
  });

  it("holds the searches of a client that run at once, and says so in the draft's headers", async () => {
    const guard = guardWith({ maxInFlightPerClient: 9 });
    const first = visitOf(guard.enter("a"));
    expect(first.holds({ messages: 2, searches: 2 })).toBeUndefined();
    const second = visitOf(guard.enter("a"));
    const refused = second.holds({ messages: 1, searches: 1 });
    expect(refused).toMatchObject({ status: 429 });
    expect(refused?.headers.get("retry-after")).toBe("1");
    expect(refused?.headers.get("ratelimit-policy")).toBe(
      '"open-searches";q=2;qu="concurrent-requests"',
    );
    await second.leave(new Response());
    await first.leave(new Response("found", { headers: { "content-type": "application/json" } }));
    expect(visitOf(guard.enter("a")).holds({ messages: 1, searches: 2 })).toBeUndefined();
  });

  it("frees the searches of a stream when it ends, and not before", async () => {
    const guard = guardWith({ maxInFlightPerClient: 9 });
    const first = visitOf(guard.enter("a"));
    first.holds({ messages: 1, searches: 2 });
    const open = await first.leave(stream());
    const second = visitOf(guard.enter("a"));
    expect(second.holds({ messages: 1, searches: 1 })).toMatchObject({ status: 429 });
    await open.body?.cancel();
    expect(second.holds({ messages: 1, searches: 1 })).toBeUndefined();
  });

  it("counts a client that reads an answer slowly until it has read it", async () => {
    const guard = guardWith();
    const text = { headers: { "content-type": "text/plain" } };
    const first = await visitOf(guard.enter("a")).leave(new Response("long", text));
    visitOf(guard.enter("a"));
    expect(guard.enter("a")).toMatchObject({ status: 429 });
    expect(await first.text()).toBe("long");
    visitOf(guard.enter("a"));
  });

  it("counts the length of an answer", async () => {
    const guard = guardWith({ requestsPerMinute: 400 });
    const body = new Response("x".repeat(16 * 1024 * 99), {
      headers: { "content-type": "text/plain" },
    });
    const answer = await visitOf(guard.enter("a")).leave(body);
    await answer.text();
    expect(guard.enter("a")).toMatchObject({ status: 429 });
    visitOf(guard.enter("b"));
  });
});
