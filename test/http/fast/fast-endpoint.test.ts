import { Agent, request as httpRequest } from "node:http";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBearerKey } from "../../../src/auth/bearer-key.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import {
  type AccessGate,
  createAccessGate,
  type HttpView,
} from "../../../src/http/auth/access-gate.ts";
import { createMcpServerFactory } from "../../../src/mcp/create-mcp-server.ts";
import { createDirectAnswers } from "../../../src/mcp/direct/direct-answers.ts";
import { createFakeCatalog, FAKE_PAGES } from "../../support/fake-catalog.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";
import { type GeneratedRequest, generatedRequest } from "./generated-requests.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly isDirect: boolean;
}

const RUNS = 1_000;
const agent = new Agent({ keepAlive: true, maxSockets: 4 });

/** What the way of sending decides, not the answer. */
const OF_THE_CONNECTION = [
  "date",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "content-length",
];

function send(server: RunningServer, { path, headers, body }: GeneratedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = [...headers, "content-length", String(body.length)];
    const outgoing = httpRequest(
      { host: "127.0.0.1", port: server.port, path, method: "POST", headers: sent, agent },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const kept = Object.entries(incoming.headers).filter(
            ([name]) => !OF_THE_CONNECTION.includes(name),
          );
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(kept),
            body: Buffer.concat(chunks).toString("latin1"),
            isDirect: incoming.headers["content-length"] !== undefined,
          });
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

const KEY = createBearerKey();

/** Callers with a key see it all, others some; and whatever they see, they see by both ways. */
function access(): AccessGate {
  const all = createFakeCatalog();
  const some = createFakeCatalog(FAKE_PAGES.slice(0, 5), { revision: "fake-2" });
  const [full, limited] = [all, some].map((catalog): HttpView => {
    const parts = { catalog: () => catalog, version: "1", cacheScope: "private" } as const;
    return {
      catalog: parts.catalog,
      createServer: createMcpServerFactory(parts),
      direct: createDirectAnswers(parts),
    };
  });
  if (!full || !limited) throw new Error("two views");
  const record = { id: "1", name: "ci", hash: "", scopes: ["internal"], createdAtMs: 0 };
  return createAccessGate({
    open: limited,
    views: [full, limited],
    viewFor: (scopes) => (scopes.has("internal") ? full : limited),
    allowAnonymous: true,
    findKey: async (key) => (key === KEY ? record : undefined),
  });
}

/** Answers late, as an endpoint for embeddings lets it. */
function semanticCatalog(): Catalog {
  const catalog = createFakeCatalog();
  return {
    ...catalog,
    async searchSemantically(query, options) {
      await Promise.resolve();
      if (query === "install") throw new Error("a tool that fails");
      return { ...catalog.search(query, options), notice: "by meaning" };
    },
  };
}

const SEMANTIC = semanticCatalog();
const NO_HEADERS: readonly string[] = [];

describe.each([
  ["public documentation", {}, [NO_HEADERS]],
  [
    "private documentation",
    { access: access() },
    [
      NO_HEADERS,
      ["authorization", `Bearer ${KEY}`],
      ["authorization", `bearer  ${KEY}`],
      ["authorization", "Bearer dpk_wrong"],
      ["authorization", `Bearer ${KEY}`, "authorization", "Bearer other"],
    ],
  ],
  ["semantic search", { catalog: () => SEMANTIC }, [NO_HEADERS]],
])("the short way beside the SDK's, %s", (_name, options, credentials) => {
  let short: RunningServer;
  let long: RunningServer;
  beforeAll(async () => {
    short = await startServer(options);
    long = await startServer({ ...options, listener: { direct: undefined } });
  });
  afterAll(async () => {
    await Promise.all([short.close(), long.close()]);
  });

  it("gives the same status, headers and body to whatever is sent", {
    timeout: 120_000,
  }, async () => {
    let direct = 0;
    let count = 0;
    const credential = fc.constantFrom(...credentials);
    await fc.assert(
      fc.asyncProperty(generatedRequest, credential, async (generated, more) => {
        const request = { ...generated, headers: [...generated.headers, ...more] };
        const [{ isDirect, ...one }, { isDirect: _, ...other }] = await Promise.all([
          send(short, request),
          send(long, request),
        ]);
        expect(one).toEqual(other);
        count += 1;
        if (isDirect) direct += 1;
      }),
      { numRuns: RUNS },
    );
    // A test that never went the short way would prove nothing; nor would one that always did.
    expect(direct).toBeGreaterThan(count / 10);
    expect(direct).toBeLessThan((count * 9) / 10);
  });
});
