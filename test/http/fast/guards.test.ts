import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { AnsweredRequest } from "../../../src/http/request-observer.ts";
import { createFakeCatalog } from "../../support/fake-catalog.ts";
import { type AskOptions, ask } from "../../support/http-over.ts";
import { type RunningServer, startServer } from "../../support/start-server.ts";
import { legacy, modern } from "../mcp-requests.ts";

let server: RunningServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const search = (
  query: string,
): { readonly body: unknown; readonly headers: Record<string, string> } =>
  modern("tools/call", { name: "search", arguments: { query } });

function post(
  url: string,
  body: unknown,
  headers: AskOptions["headers"] = {},
): ReturnType<typeof ask> {
  const text = JSON.stringify(body);
  return ask(`${url}/mcp`, {
    method: "POST",
    body: text,
    headers: {
      host: "localhost",
      "content-type": "application/json",
      "content-length": String(Buffer.byteLength(text)),
      ...headers,
    },
  });
}

/** A request whose body stops short of its length. */
async function half(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    'POST /mcp HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"jsonrpc"',
  );
  return socket;
}

/** Asks until that is the answer; the server hears of sockets when it hears of them. */
async function until(status: number, question: () => ReturnType<typeof ask>): Promise<boolean> {
  for (;;) {
    if ((await question()).status === status) return true;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("the guards before the short way", () => {
  it("tells whoever watches of its answers, and once of what it passes on", async () => {
    const seen: AnsweredRequest[] = [];
    const ids: string[] = [];
    server = await startServer({
      trustForwardedFor: true,
      observer: {
        onAnswered(answer, { requestId }) {
          seen.push(answer);
          ids.push(requestId);
        },
      },
    });
    const { body, headers } = search("install");
    await post(server.url, body, { ...headers, "x-request-id": "given-1" });
    await post(server.url, legacy("tools/list"), { "x-request-id": "given-2" });
    await post(server.url, legacy("no/such/method"), { "x-request-id": "given-3" });
    const told = seen.map(({ route, method, tool, status }) => [route, method, tool, status]);
    expect(told).toEqual([
      ["/mcp", "POST", "search", 200],
      ["/mcp", "POST", undefined, 200],
      ["/mcp", "POST", undefined, 200],
    ]);
    expect(ids).toEqual(["given-1", "given-2", "given-3"]);
    expect(seen.every(({ durationMs }) => durationMs >= 0)).toBe(true);
  });

  it("counts its requests by the client", async () => {
    server = await startServer({
      trustForwardedFor: true,
      limits: { requestsPerMinute: 8 },
    });
    const { url } = server;
    const { body, headers } = search("install");
    const from = (client: string): ReturnType<typeof ask> =>
      post(url, body, { ...headers, "x-forwarded-for": client });
    const answers = [await from("192.0.2.1"), await from("192.0.2.1"), await from("192.0.2.1")];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.headers["retry-after"]).toMatch(/^\d+$/);
    expect((await from("192.0.2.2")).status).toBe(200);
  });

  it("counts a request while its body is on the way, and not once its client is gone", async () => {
    server = await startServer({ limits: { maxInFlight: 1 } });
    const { url, port } = server;
    const ping = (): ReturnType<typeof ask> => post(url, legacy("ping"));
    const slow = await half(port);
    expect(await until(503, ping)).toBe(true);
    slow.destroy();
    expect(await until(200, ping)).toBe(true);
  });

  it("answers from the catalog of the moment", async () => {
    let catalog = createFakeCatalog();
    server = await startServer({ catalog: () => catalog });
    const { body, headers } = search("install");
    const before = (await post(server.url, body, headers)).body;
    expect(before).toContain('"docport/revision":"fake-1"');
    expect((await post(server.url, body, headers)).body).toBe(before);
    catalog = createFakeCatalog([{ id: "other", markdown: "# Other\n\nHow to install it.\n" }], {
      revision: "fake-2",
    });
    const after = (await post(server.url, body, headers)).body;
    expect(after).toContain('"docport/revision":"fake-2"');
    expect(after).toContain('"id":"other"');
  });

  it("lets pages of allowed origins read it, and no others", async () => {
    server = await startServer();
    const { body, headers } = search("install");
    const from = (origin: string): ReturnType<typeof ask> =>
      post(server?.url ?? "", body, { ...headers, origin });
    for (let i = 0; i < 2; i++) {
      const ours = await from("http://localhost:3000");
      expect(ours.headers["access-control-allow-origin"]).toBe("http://localhost:3000");
      expect((await from("https://evil.example")).status).toBe(403);
      expect((await from("")).status).toBe(403);
      expect(
        (await post(server.url, body, headers)).headers["access-control-allow-origin"],
      ).toBeUndefined();
    }
  });
});
