import { describe, expect, it } from "vitest";
import { describeServer } from "../../src/describe-server.ts";
import { createMcpServerFactory } from "../../src/mcp/create-mcp-server.ts";
import type { ServerStatus } from "../../src/mcp/server-status.ts";
import { legacy, messageIn, modern, post } from "../http/mcp-requests.ts";
import { BUILT_AT, DAY_MS, FAILING } from "../metrics/metrics-of.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { createTestHandler } from "../support/start-server.ts";

const BASE = "http://localhost:8080";
const catalog = createFakeCatalog();
const STATUS: ServerStatus = {
  isReady: true,
  index: ["The index holds 12 pages."],
  certificate: ["The certificate is fine."],
};
const TEXT = "The server is ready.\nThe index holds 12 pages.\nThe certificate is fine.";

const handlerWith = (status?: () => ServerStatus) =>
  createTestHandler({
    publicUrl: BASE,
    createServer: createMcpServerFactory({ catalog: () => catalog, version: "1", status }),
  });

async function asked(
  era: "modern" | "legacy",
  method: string,
  params: Record<string, unknown> = {},
  status: (() => ServerStatus) | undefined = () => STATUS,
): Promise<unknown> {
  const handler = handlerWith(status);
  const { body, headers } =
    era === "modern" ? modern(method, params) : { body: legacy(method, params), headers: {} };
  return messageIn(await handler.fetch(post(`${BASE}/mcp`, body, headers)));
}

describe.each(["modern", "legacy"] as const)("server_status in the %s era", (era) => {
  it("is a tool that is listed and answers", async () => {
    expect(await asked(era, "tools/list")).toMatchObject({
      result: { tools: [{ name: "search" }, { name: "fetch" }, { name: "server_status" }] },
    });
    const call = { name: "server_status", arguments: {} };
    expect(await asked(era, "tools/call", call)).toMatchObject({
      result: {
        content: [{ type: "text", text: JSON.stringify({ ready: true, status: TEXT }) }],
        structuredContent: { ready: true, status: TEXT },
      },
    });
  });

  it("is a resource that is listed and read", async () => {
    const listed = await asked(era, "resources/list");
    expect(listed).toMatchObject({ result: { resources: expect.any(Array) } });
    expect(JSON.stringify(listed)).toContain('"docs://status"');
    expect(await asked(era, "resources/read", { uri: "docs://status" })).toMatchObject({
      result: { contents: [{ uri: "docs://status", text: `${TEXT}\n` }] },
    });
  });

  it("is not there unless it is wanted", async () => {
    const handler = handlerWith();
    const off = async (method: string, params: Record<string, unknown> = {}): Promise<unknown> => {
      const { body, headers } =
        era === "modern" ? modern(method, params) : { body: legacy(method, params), headers: {} };
      return messageIn(await handler.fetch(post(`${BASE}/mcp`, body, headers)));
    };
    expect(JSON.stringify(await off("tools/list"))).not.toContain("server_status");
    expect(JSON.stringify(await off("resources/list"))).not.toContain("docs://status");
    const call = { name: "server_status", arguments: {} };
    expect(await off("tools/call", call)).toMatchObject({ error: { code: -32602 } });
    const read = await off("resources/read", { uri: "docs://status" });
    expect(read).toMatchObject({ error: { code: expect.any(Number) } });
  });
});

it("is not to be kept by caches, unlike pages", async () => {
  expect(await asked("modern", "resources/read", { uri: "docs://status" })).toMatchObject({
    result: { ttlMs: 0, cacheScope: "private" },
  });
  expect(await asked("modern", "resources/read", { uri: "docs://index" })).toMatchObject({
    result: { ttlMs: 300_000 },
  });
});

describe("describeServer", () => {
  const facts = { ...catalog.facts, builtAt: BUILT_AT };
  const sources = [{ name: "docs", isUp: true, readAt: BUILT_AT, failures: 0 }];
  const now = BUILT_AT + 3 * DAY_MS;

  it("says what there is to know in sentences", () => {
    const [docs] = sources;
    const failing = { name: "wiki", isUp: false, readAt: BUILT_AT, failures: 4 };
    const described = describeServer({
      now,
      facts,
      sources: docs ? [docs, failing] : [],
      certificate: { ...FAILING, next: { action: "wait", at: now + 7_200_000 } },
    });
    expect(described).toEqual({
      isReady: true,
      index: [
        expect.stringMatching(
          /^The index holds 12 pages in \d+ sections\. It was built 3 days ago \(2026-01-02 03:04 UTC\)\.$/,
        ),
        "The source wiki cannot be read (4 failures since the start); what is served of it was read 3 days ago (2026-01-02 03:04 UTC).",
      ],
      certificate: [
        "The certificate is from Test CA and is valid until 2026-04-02 03:04 UTC, 87 days from now.",
        "It should have been renewed by now.",
        "The last attempt failed 2 days ago (2026-01-02 03:04 UTC): The CA could not reach port 80. What to do: Open it.",
        "The next attempt is made on 2026-01-05 05:04 UTC, 2 hours from now.",
        "The CA's limits allow 4 more orders now.",
      ],
    });
  });

  it("says that there is no certificate, that it has expired, or nothing when none is kept", () => {
    const { certificate, failure: _, next: __, ordersLeft: ___, ...bare } = FAILING;
    const said = (status: typeof FAILING | undefined): readonly string[] =>
      describeServer({ now, facts, sources, certificate: status }).certificate;
    expect(said(undefined)).toEqual([]);
    expect(said({ ...bare, state: "missing", isReady: false })).toEqual([
      "There is no certificate for docs.example.com yet.",
    ]);
    const old = certificate && { ...certificate, notAfter: now - 60_000 };
    const expired = { ...bare, ...(old && { certificate: old }), state: "expired" } as const;
    expect(said({ ...expired, isReady: false })).toEqual([
      "The certificate expired 1 minute ago (2026-01-05 03:03 UTC); clients refuse it.",
    ]);
    expect(
      describeServer({ now, facts, sources, certificate: { ...expired, isReady: false } }).isReady,
    ).toBe(false);
  });

  it("says nothing of sources to those who do not see everything", () => {
    const down = [{ name: "secret-project", isUp: false, readAt: undefined, failures: 1 }];
    const hidden = describeServer({ now, facts, sources: undefined, certificate: undefined });
    expect(hidden.index.length).toBe(1);
    const shown = describeServer({ now, facts, sources: down, certificate: undefined });
    expect(shown.index[1]).toContain("nothing of it is served yet");
  });
});
