import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_HTTP_LIMITS } from "../../src/http/http-options.ts";
import { type RunningServer, startServer } from "../support/start-server.ts";
import { legacy, modern } from "./mcp-requests.ts";

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let server: RunningServer;
beforeAll(async () => {
  server = await startServer({ limits: { maxStreams: 1 } });
});
afterAll(() => server.close());

/** `node:http` and not `fetch`, which sends no Host or Origin of one's own. */
async function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const sent = request({ host: "127.0.0.1", port: server.port, method, path, headers });
  sent.end(body);
  const [response] = await once(sent, "response");
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

const JSON_TYPE = { "content-type": "application/json" };
const LIST = JSON.stringify(legacy("tools/list"));

describe("the security expectations of MCP, over a socket", () => {
  it.each([
    ["a foreign Host", { host: "evil.example" }],
    ["a Host that only begins like ours", { host: "localhost.evil.example" }],
    ["a foreign Origin", { origin: "https://evil.example" }],
    ["the Origin null", { origin: "null" }],
    ["an Origin that is none", { origin: "localhost" }],
  ])("refuses %s with 403", async (_name, headers) => {
    const answer = await send("POST", "/mcp", { ...JSON_TYPE, ...headers }, LIST);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: -32000 }, id: null });
  });

  it.each([
    ["our own Host with any port", { host: "localhost:1" }],
    ["our own Origin", { origin: "http://127.0.0.1:9" }],
    ["no Origin", {}],
  ])("answers %s", async (_name, headers) => {
    expect((await send("POST", "/mcp", { ...JSON_TYPE, ...headers }, LIST)).status).toBe(200);
  });

  it.each(["GET", "DELETE", "PUT", "PATCH"])("answers %s /mcp at once with 405", async (method) => {
    const answer = await send(method, "/mcp");
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe("POST");
  });

  it("answers a preflight", async () => {
    const answer = await send("OPTIONS", "/mcp", {
      origin: "http://localhost:6274",
      "access-control-request-method": "POST",
      "access-control-request-headers": "mcp-protocol-version",
    });
    expect(answer.status).toBe(204);
    expect(answer.headers["access-control-allow-origin"]).toBe("http://localhost:6274");
  });

  it.each([
    ["a header that does not match the body", { "mcp-method": "prompts/list" }, 400, -32020],
    ["no Mcp-Method header", { "mcp-method": "" }, 400, -32020],
  ])("refuses %s", async (_name, change, status, code) => {
    const { body, headers } = modern("tools/list");
    const answer = await send(
      "POST",
      "/mcp",
      { ...JSON_TYPE, ...headers, ...change },
      JSON.stringify(body),
    );
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
  });

  it("refuses a body that is too large before it has all come", async () => {
    const sent = request({
      host: "127.0.0.1",
      port: server.port,
      method: "POST",
      path: "/mcp",
      headers: { ...JSON_TYPE, "transfer-encoding": "chunked" },
    });
    sent.on("error", () => {}); // The server may close while we still write.
    try {
      // A byte more than is taken, and no end. What the server has not read when it closes would
      // have the connection reset, and its answer lost.
      sent.write(Buffer.alloc(DEFAULT_HTTP_LIMITS.maxBodyBytes, 32));
      sent.write(" ");
      const [response] = await once(sent, "response");
      expect(response.statusCode).toBe(413);
    } finally {
      sent.destroy();
    }
  });

  it("keeps nothing of a request that is nested too deep, and goes on", async () => {
    const deep = "[".repeat(500_000);
    expect((await send("POST", "/mcp", JSON_TYPE, deep)).status).toBe(400);
    expect((await send("POST", "/mcp", JSON_TYPE, LIST)).status).toBe(200);
  });

  it.each([
    "/pages/../../../etc/passwd.md",
    "/pages/..%2f..%2fetc%2fpasswd.md",
    "/pages/%2e%2e/%2e%2e/package.json.md",
    "/pages//etc/passwd.md",
    "/pages/%00.md",
    "/../package.json",
  ])("finds nothing at %s", async (path) => {
    const answer = await send("GET", path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toMatch(/root:|docport",/);
  });

  it("shows no stack and no path in any error", async () => {
    const bodies = await Promise.all(
      ["{", "[]", "null", '"x"', "{}", '{"jsonrpc":"2.0","id":1,"method":5}'].map((body) =>
        send("POST", "/mcp", JSON_TYPE, body),
      ),
    );
    for (const { status, body } of bodies) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(body).not.toMatch(/node_modules|\.ts|\bat \S+ \(/);
    }
  });

  it("frees the place of a stream whose client has gone", async () => {
    const open = async (): Promise<{ status: number; close: () => void }> => {
      const sent = request({ host: "127.0.0.1", port: server.port, path: "/sse" });
      sent.end();
      const [response] = await once(sent, "response");
      response.on("error", () => {});
      return { status: response.statusCode, close: () => sent.destroy() };
    };
    const first = await open();
    expect(first.status).toBe(200);
    const refused = await open();
    expect(refused.status).toBe(503);
    refused.close();
    first.close();
    let again = await open();
    for (let i = 0; i < 100 && again.status === 503; i++) {
      again.close();
      again = await open();
    }
    expect(again.status).toBe(200);
    again.close();
  });

  it("has reported no error of its own", () => {
    expect(
      server.errors.map(String).filter((error) => !/JSON|parse|mismatch/i.test(error)),
    ).toEqual([]);
  });
});
