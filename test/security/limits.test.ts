import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBearerKey, hashBearerKey } from "../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../src/auth/key-file.ts";
import { legacy } from "../http/mcp-requests.ts";
import { embeddingsResponse, fakeVector } from "../support/fake-embeddings.ts";
import { startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openSocket } from "./raw-request.ts";

const LIST = JSON.stringify(legacy("tools/list"));
const PAGE = { "docs/a.md": "# Ports\n\nWords.\n" };

describe("a key that asks without end", () => {
  it("is held alone: neither its address nor other keys behind it are", async () => {
    await using folder = await temporaryFolder(PAGE);
    const keys = [createBearerKey(), createBearerKey()] as const;
    const keysFile = join(folder.path, "keys.json");
    const records = keys.map((key, at) => ({
      ...{ id: `${at}`, name: `${at}`, hash: hashBearerKey(key).toString("hex") },
      ...{ scopes: [], createdAtMs: 0 },
    }));
    await writeKeyFile(keysFile, records);
    await using docport = await startDocport([
      ...["serve", join(folder.path, "docs"), "--port", "0", "--keys-file", keysFile],
      ...["--trust-proxy", "--requests-per-minute", "40"],
    ]);
    const ask = (key: string): Promise<Response> =>
      fetch(docport.mcpUrl, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${key}`,
          "x-forwarded-for": "198.51.100.7",
        },
        body: LIST,
      });
    const [busy, quiet] = keys;
    const answers = await Promise.all(Array.from({ length: 45 }, () => ask(busy)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await ask(quiet)).status).toBe(200);
  });
});

/** An embeddings endpoint that keeps a query waiting until it is told to answer. */
async function startEndpoint(): Promise<{ readonly url: string; readonly said: EventEmitter }> {
  const said = new EventEmitter();
  const server = createServer((request, response) => {
    void json(request).then(async (body) => {
      const { input = [] } = body as { readonly input?: readonly string[] };
      if (input[0] === "held") {
        said.emit("asked");
        await once(said, "release");
      }
      const vectors = input.map((text) => fakeVector(text));
      response.setHeader("content-type", "application/json");
      response.end(await embeddingsResponse(vectors).text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a TCP port
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, said };
}

describe("a client that searches all the time", () => {
  it("has so many searches under way and no more, and others theirs", async () => {
    const { url, said } = await startEndpoint();
    await using folder = await temporaryFolder(PAGE);
    await using docport = await startDocport([
      ...["serve", join(folder.path, "docs"), "--port", "0", "--trust-proxy"],
      ...["--embeddings-url", url, "--embeddings-model", "m"],
      ...["--embeddings-timeout-in-ms", "10000"],
    ]);
    const batch = Array.from({ length: 20 }, (_, id) => ({
      ...{ jsonrpc: "2.0", id, method: "tools/call" },
      params: { name: "search", arguments: { query: "held" } },
    }));
    const search = (address: string): Promise<Response> =>
      fetch(docport.mcpUrl, {
        method: "POST",
        headers: { "content-type": "application/json", "x-forwarded-for": address },
        body: JSON.stringify(batch),
      });
    const asked = once(said, "asked");
    const first = search("198.51.100.7");
    await asked;
    const refused = await search("198.51.100.7");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(refused.headers.get("ratelimit-policy")).toBe(
      '"open-searches";q=32;qu="concurrent-requests"',
    );
    const other = search("198.51.100.8");
    said.emit("release");
    for (const response of [await first, await other]) {
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("results");
    }
    // The places are free again.
    expect((await search("198.51.100.7")).status).toBe(200);
  });
});

describe("more than the process can do", () => {
  it("is refused in a word, for everybody, and probes are answered", async () => {
    await using folder = await temporaryFolder(PAGE);
    const most = ["--max-in-flight", "2"];
    const docs = join(folder.path, "docs");
    await using docport = await startDocport(["serve", docs, "--port", "0", ...most]);
    const head = [
      "POST /mcp HTTP/1.1",
      `Host: ${new URL(docport.url).host}`,
      "Content-Type: application/json",
      `Content-Length: ${LIST.length}`,
      // The answer to this comes when the request is being worked on.
      "Expect: 100-continue",
    ];
    const sockets = [await openSocket(docport.url), await openSocket(docport.url)];
    for (const socket of sockets) {
      socket.write(`${head.join("\r\n")}\r\n\r\n`);
      await once(socket, "data");
    }
    const ask = (path = "/mcp"): Promise<Response> =>
      path === "/mcp"
        ? fetch(docport.mcpUrl, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: LIST,
          })
        : fetch(docport.url + path);
    for (const path of ["/mcp", "/llms.txt", "/"]) {
      const refused = await ask(path);
      expect(refused.status).toBe(503);
      expect(refused.headers.get("retry-after")).toBe("2");
      expect(await refused.text()).toBe("Busy\n");
    }
    expect((await ask("/healthz")).status).toBe(200);
    for (const socket of sockets) {
      socket.write(LIST);
      const [answer] = (await once(socket, "data")) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1\.1 200 /);
      socket.destroy();
    }
    expect((await ask()).status).toBe(200);
  });
});
