import { describe, expect, it } from "vitest";
import { createHostPolicy } from "../../src/http/host-policy.ts";
import { createFakeCatalog } from "../support/fake-catalog.ts";
import { createTestHandler } from "../support/start-server.ts";
import { legacy, messageIn, modern, post } from "./mcp-requests.ts";

const BASE = "http://localhost:8080";
const handler = createTestHandler({ publicUrl: BASE });
const get = (path: string, init: RequestInit = {}): Promise<Response> =>
  handler.fetch(new Request(BASE + path, init));
const call = (name: string, given: Record<string, unknown>): Record<string, unknown> => ({
  name,
  arguments: given,
});

describe("POST /mcp", () => {
  it("answers 2026-07-28 with one JSON body", async () => {
    const { body, headers } = modern("tools/call", call("search", { query: "install" }));
    const response = await handler.fetch(post(`${BASE}/mcp`, body, headers));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await messageIn(response)).toMatchObject({
      id: 1,
      result: { resultType: "complete", structuredContent: { results: expect.any(Array) } },
    });
  });

  it("gives cache hints on lists", async () => {
    const { body, headers } = modern("tools/list");
    expect(await messageIn(await handler.fetch(post(`${BASE}/mcp`, body, headers)))).toMatchObject({
      result: { ttlMs: 300_000, cacheScope: "public" },
    });
  });

  it.each(["/mcp", "/sse"])("answers 2025-11-25 on %s whatever it accepts", async (path) => {
    for (const accept of ["application/json", "*/*", "text/event-stream", ""]) {
      const request = post(BASE + path, legacy("tools/list"), accept ? { accept } : {});
      const response = await handler.fetch(request);
      expect(response.status).toBe(200);
      expect(await messageIn(response)).toMatchObject({ result: { tools: [{}, {}] } });
    }
  });

  it("lists the same bytes each time", async () => {
    const { body, headers } = modern("tools/list");
    const list = async (): Promise<string> =>
      (await handler.fetch(post(`${BASE}/mcp`, body, headers))).text();
    expect(await list()).toBe(await list());
  });

  it("refuses an unknown method, a missing envelope and an unknown version as the spec says", async () => {
    const unknown = modern("no/such");
    const notFound = await handler.fetch(post(`${BASE}/mcp`, unknown.body, unknown.headers));
    expect(notFound.status).toBe(404);
    expect(await messageIn(notFound)).toMatchObject({ error: { code: -32601 } });

    const bare = modern("tools/list", {}, {});
    const invalid = await handler.fetch(post(`${BASE}/mcp`, bare.body, bare.headers));
    expect(invalid.status).toBe(400);
    expect(await messageIn(invalid)).toMatchObject({ error: { code: -32602 } });

    const future = modern(
      "tools/list",
      {},
      {
        "io.modelcontextprotocol/protocolVersion": "2099-01-01",
        "io.modelcontextprotocol/clientCapabilities": {},
      },
    );
    const unsupported = await handler.fetch(
      post(`${BASE}/mcp`, future.body, { ...future.headers, "mcp-protocol-version": "2099-01-01" }),
    );
    expect(unsupported.status).toBe(400);
    expect(await messageIn(unsupported)).toMatchObject({
      error: { code: -32022, data: { supported: ["2026-07-28"], requested: "2099-01-01" } },
    });
  });

  it("refuses headers that do not match the body", async () => {
    const { body, headers } = modern("tools/list");
    const response = await handler.fetch(
      post(`${BASE}/mcp`, body, { ...headers, "mcp-method": "tools/call" }),
    );
    expect(response.status).toBe(400);
    expect(await messageIn(response)).toMatchObject({ error: { code: -32020 } });
  });

  it.each(["GET", "DELETE", "PUT"])("answers %s with 405 and what is allowed", async (method) => {
    const response = await get("/mcp", { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  });
});

describe("Host and Origin", () => {
  it.each(["/mcp", "/sse", "/message", "/", "/llms.txt", "/pages/faq.md"])(
    "refuses a foreign Host on %s",
    async (path) => {
      const response = await handler.fetch(new Request(`http://evil.example${path}`));
      expect(response.status).toBe(403);
    },
  );

  it.each(["https://evil.example", "null"])("refuses the origin %s everywhere", async (origin) => {
    for (const path of ["/mcp", "/sse", "/healthz", "/llms.txt"]) {
      const response = await get(path, { headers: { origin } });
      expect(response.status).toBe(403);
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("lets a load balancer ask for health by any Host", async () => {
    const response = await handler.fetch(new Request("http://10.0.0.7:8080/healthz"));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ status: "ok", pages: 12, languages: 3 });
  });
});

describe("CORS", () => {
  const origin = "http://localhost:6274";

  it("answers a preflight", async () => {
    const response = await get("/mcp", {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST" },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("access-control-allow-headers")).toContain("Mcp-Protocol-Version");
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("vary")).toContain("origin");
  });

  it("lets the page of an allowed origin read the answer", async () => {
    const response = await handler.fetch(post(`${BASE}/mcp`, legacy("tools/list"), { origin }));
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(response.headers.get("access-control-expose-headers")).toContain("Mcp-Session-Id");
  });

  it("is open to everybody when that is configured", async () => {
    const open = createTestHandler({
      hosts: createHostPolicy({ host: "127.0.0.1", allowedOrigins: ["*"] }),
    });
    const response = await open.fetch(
      post(`${BASE}/mcp`, legacy("tools/list"), { origin: "https://any.example" }),
    );
    expect(response.headers.get("access-control-allow-origin")).toBe("https://any.example");
  });
});

describe("bodies", () => {
  const send = (
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    handler.fetch(
      new Request(`${BASE}/mcp`, {
        method: "POST",
        body,
        headers: { "content-type": "application/json", ...headers },
      }),
    );

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])(
    "refuses the media type %j",
    async (type) => {
      expect((await send("{}", { "content-type": type })).status).toBe(415);
    },
  );

  it("takes a charset", async () => {
    const response = await send(JSON.stringify(legacy("tools/list")), {
      "content-type": "application/json; charset=utf-8",
    });
    expect(response.status).toBe(200);
  });

  it("refuses one that says, or turns out, to be too large", async () => {
    expect((await send("{}", { "content-length": "99999999" })).status).toBe(413);
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const response = await handler.fetch(
      new Request(`${BASE}/mcp`, {
        method: "POST",
        body: endless,
        duplex: "half",
        headers: { "content-type": "application/json" },
      }),
    );
    expect(response.status).toBe(413);
    expect(pulled).toBeLessThan(20);
  });

  it.each([
    ["not JSON", "{", -32700],
    ["empty", "", -32700],
    ["not UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), -32700],
    ["cut inside a character", new Uint8Array([0x22, 0xe2, 0x82]), -32700],
    ["nested 10,000 deep", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, -32600],
    ["nested in objects", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, -32600],
    ["a batch without end", JSON.stringify(Array(21).fill(legacy("tools/list"))), -32600],
  ])("refuses one that is %s", async (_name, body, code) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(await messageIn(response)).toMatchObject({ jsonrpc: "2.0", id: null, error: { code } });
  });

  it("does not count brackets in strings", async () => {
    const query = `[{\\"${"[{".repeat(200)}`;
    const response = await send(JSON.stringify(legacy("tools/call", call("search", { query }))));
    expect(response.status).toBe(200);
  });
});

describe("files", () => {
  it("gives llms.txt with links to this server's Markdown", async () => {
    const response = await get("/llms.txt");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    const text = await response.text();
    expect(text).toMatch(/^# Demo\n\n> Demo: 12 pages/);
    expect(text).toContain("MCP server: http://localhost:8080/mcp\n");
    expect(text).toContain(
      "## guide\n\n- [Install](http://localhost:8080/pages/guide/install.md): Getting it onto a machine.\n",
    );
    const links = [...text.matchAll(/\]\((\S+?)\)/g)].map((match) => match[1] ?? "");
    expect(links).toHaveLength(12);
    for (const link of links) {
      expect((await handler.fetch(new Request(link))).status).toBe(200);
    }
  });

  it("gives llms-full.txt with every page", async () => {
    const text = await (await get("/llms-full.txt")).text();
    const { length } = text.match(/^Source: https:/gm) ?? [];
    expect(length).toBe(12);
    expect(text).toContain("Every setting has a variable.");
  });

  it("writes no more of llms-full.txt than is taken", async () => {
    let read = 0;
    const whole = createFakeCatalog(
      Array.from({ length: 200 }, (_, i) => ({ id: `p${i}`, markdown: "x ".repeat(20_000) })),
    );
    const counting = { ...whole, page: (id: string) => (read++, whole.page(id)) };
    const slow = createTestHandler({}, counting);
    const response = await slow.fetch(new Request(`${BASE}/llms-full.txt`));
    const reader = response.body?.getReader();
    await reader?.read();
    expect(read).toBeLessThan(5);
    await reader?.cancel();
  });

  it("gives a page as Markdown with its source", async () => {
    const response = await get("/pages/guide/install.md");
    expect(response.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(response.headers.get("content-language")).toBe("en");
    expect(response.headers.get("link")).toBe(
      '<https://docs.example.com/guide/install/>; rel="canonical"',
    );
    expect(await response.text()).toMatch(
      /^# Install\n\nSource: https:\/\/docs\.example\.com\/guide\/install\/\n\nDownload/,
    );
  });

  it.each(["/pages/..%2f..%2fetc%2fpasswd.md", "/pages/%00.md", "/pages/%ff.md", "/nope", "/MCP"])(
    "helps with %s",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(404);
      expect(await response.text()).toContain("http://localhost:8080/mcp");
    },
  );

  it("answers 304 while the index is the same", async () => {
    const etag = (await get("/llms.txt")).headers.get("etag") ?? "";
    const response = await get("/llms.txt", { headers: { "if-none-match": `"other", ${etag}` } });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe("");
    expect((await get("/llms.txt", { headers: { "if-none-match": '"x"' } })).status).toBe(200);
  });

  it.each(["/", "/llms.txt", "/llms-full.txt", "/pages/faq.md", "/healthz"])(
    "answers HEAD %s like GET without a body",
    async (path) => {
      const [head, whole] = [await get(path, { method: "HEAD" }), await get(path)];
      expect(head.status).toBe(200);
      expect(head.body).toBeNull();
      expect(head.headers.get("content-type")).toBe(whole.headers.get("content-type"));
      await whole.text();
    },
  );

  it("shows a browser HTML and everybody else Markdown, with nothing unescaped", async () => {
    const evil = createTestHandler({}, createFakeCatalog(undefined, { title: "<script>&\"'" }));
    const html = await evil.fetch(new Request(BASE, { headers: { accept: "text/html,*/*" } }));
    expect(html.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(await html.text()).not.toContain("<script>");
    const text = await get("/");
    expect(text.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
    expect(await text.text()).toContain("http://localhost:8080/mcp");
  });
});

describe("every response", () => {
  it("carries security headers", async () => {
    for (const path of ["/", "/mcp", "/nope", "/llms.txt", "/healthz"]) {
      const { headers } = await get(path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    }
  });

  it("hides what went wrong inside, and reports it", async () => {
    const errors: unknown[] = [];
    const broken = createTestHandler({
      catalog: () => {
        throw new Error("secret path /home/x");
      },
      onError: (error) => errors.push(error),
    });
    const response = await broken.fetch(new Request(`${BASE}/llms.txt`));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(errors).toHaveLength(1);
  });
});
