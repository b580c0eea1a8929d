import { describe, expect, it } from "vitest";
import { createStartGate } from "../../src/http/start-gate.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { createTestHandler } from "../support/start-server.ts";

const BASE = "http://localhost:8080";
const get = (path: string): Request => new Request(BASE + path);

describe("the start gate", () => {
  it.each([true, false])("answers probes at once (holds: %s)", async (holds) => {
    const gate = createStartGate({ holds, clock: new FakeClock() });
    expect((await gate.fetch(get("/healthz"))).status).toBe(200);
    const ready = await gate.fetch(get("/readyz"));
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: "not ready" });
  });

  it("asks others to come again", async () => {
    const gate = createStartGate({ holds: false, clock: new FakeClock() });
    const response = await gate.fetch(get("/mcp"));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("lets them wait for the handler when it takes over sockets", async () => {
    const clock = new FakeClock();
    const gate = createStartGate({ holds: true, clock });
    const waiting = [gate.fetch(get("/llms.txt")), gate.fetch(get("/llms.txt"))];
    gate.open(createTestHandler({ publicUrl: BASE }));
    const answers = await Promise.all(waiting);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await gate.fetch(get("/llms.txt"))).status).toBe(200);
  });

  it("lets them wait no longer than clients do", async () => {
    const clock = new FakeClock();
    const gate = createStartGate({ holds: true, clock });
    const waiting = gate.fetch(get("/llms.txt"));
    await clock.advance(20_000);
    expect((await waiting).status).toBe(503);
  });
});
