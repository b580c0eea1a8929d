import { describe, expect, it } from "vitest";
import type { TokenVerdict } from "../../../src/auth/access-token.ts";
import { createBearerKey } from "../../../src/auth/bearer-key.ts";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import {
  type AccessGateOptions,
  createAccessGate,
  type HttpView,
} from "../../../src/http/auth/access-gate.ts";
import type { HttpHandler } from "../../../src/http/http-options.ts";
import { createMcpServerFactory } from "../../../src/mcp/create-mcp-server.ts";
import { catalogOf } from "../../auth/catalogs.ts";
import { createTestHandler } from "../../support/start-server.ts";
import { messageIn, modern, post } from "../mcp-requests.ts";

const BASE = "http://localhost:8080";
const ISSUER = "https://login.example.com";
const KEY = createBearerKey();

const all = await catalogOf([{ id: "guide" }, { id: "internal/keys" }]);
const some = await all.without(new Set(["internal/keys"]));
const none = await all.without(new Set(["guide", "internal/keys"]));
const viewOf = (catalog: Catalog): HttpView => {
  const parts = { catalog: () => catalog, version: "1", cacheScope: "private" } as const;
  return { catalog: parts.catalog, createServer: createMcpServerFactory(parts) };
};
const [full, limited, nothing] = [viewOf(all), viewOf(some), viewOf(none)];

const TOKENS: Readonly<Record<string, TokenVerdict>> = {
  reader: { kind: "accepted", subject: "ada", scopes: new Set(["docs:read"]) },
  insider: { kind: "accepted", subject: "eve", scopes: new Set(["docs:read", "docs:internal"]) },
  bare: { kind: "accepted", subject: "bob", scopes: new Set(["docs:internal"]) },
  late: { kind: "refused", reason: "the token has expired" },
  lost: { kind: "unavailable" },
};

function handlerWith(options: Partial<AccessGateOptions> = {}): HttpHandler {
  const record = { id: "1", name: "ci", hash: "", scopes: ["docs:internal"], createdAtMs: 0 };
  const access = createAccessGate({
    open: nothing,
    views: [full, limited],
    viewFor: (scopes) => (scopes.has("docs:internal") ? full : limited),
    allowAnonymous: false,
    findKey: async (key) => (key === KEY ? record : undefined),
    oauth: {
      publicUrl: BASE,
      issuer: ISSUER,
      scopes: ["docs:read", "docs:internal"],
      name: () => "Manual",
      requiredScope: "docs:read",
      verify: async (token) => TOKENS[token] ?? { kind: "refused", reason: "it is unknown" },
    },
    ...options,
  });
  return createTestHandler({ access, publicUrl: BASE }, all);
}

const handler = handlerWith();
const get = (
  path: string,
  token?: string,
  init: Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> } = {},
  to = handler,
): Promise<Response> =>
  to.fetch(
    new Request(BASE + path, {
      ...init,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...init.headers,
      },
    }),
  );
const METADATA = `${BASE}/.well-known/oauth-protected-resource`;
const SCOPES = 'scope="docs:read docs:internal"';

const PROTECTED = [
  "/",
  "/search.json?q=x",
  "/llms.txt",
  "/llms-full.txt",
  "/sitemap.xml",
  "/pages/guide.md",
  "/sse",
  "/no/such",
];

describe("private documentation", () => {
  it.each(PROTECTED)("GET %s without a token is 401 with a challenge", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(401);
    const resource = path === "/sse" ? "sse" : "mcp";
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="docport", ${SCOPES}, resource_metadata="${METADATA}/${resource}"`,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it.each(["/mcp", "/sse", "/message?sessionId=x"])(
    "POST %s without a token is 401 in JSON-RPC",
    async (path) => {
      const response = await handler.fetch(post(BASE + path, modern("tools/list").body));
      expect(response.status).toBe(401);
      expect(await messageIn(response)).toMatchObject({ jsonrpc: "2.0", error: { code: -32001 } });
    },
  );

  it.each(PROTECTED.filter((path) => path !== "/sse"))(
    "GET %s with a token is answered, for one caller only",
    async (path) => {
      const response = await get(path, "reader");
      expect(response.status).toBe(path === "/no/such" ? 404 : 200);
      expect(response.headers.get("cache-control")).toBe("private, no-cache");
      expect(response.headers.get("vary")).toContain("authorization");
    },
  );

  it.each(["/healthz", "/robots.txt", "/mcp/server-card", "/.well-known/ai-catalog.json"])(
    "GET %s is open and tells nothing of the pages",
    async (path) => {
      const response = await get(path);
      expect(response.status).toBe(200);
      const text = await response.text();
      expect(text).not.toMatch(/guide|internal|"(pages|sections|revision|builtAt)"/);
    },
  );

  it("tells a person in a browser how to connect, and nothing of the pages", async () => {
    const headers = { accept: "text/html", "accept-language": "de" };
    const answer = await get("/", undefined, { headers });
    const page = await answer.text();
    expect(answer.status).toBe(401);
    expect(answer.headers.get("www-authenticate")).toContain("resource_metadata");
    expect(answer.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page).toContain("nicht öffentlich");
    expect(page).toContain("--header &#39;Authorization: Bearer YOUR_KEY&#39;");
    expect(page).not.toMatch(/search\.json|llms-full|id="tools"|class="facts"|guide|internal/);
    const [style = ""] = /\/assets\/page\.[^"]+\.css/.exec(page) ?? [];
    expect((await get(style)).status).toBe(200);
  });

  it("does not send people with keys alone to clients that sign in", async () => {
    const open = handlerWith({ allowAnonymous: true, oauth: undefined });
    const page = await get("/", undefined, { headers: { accept: "text/html" } }, open);
    const text = await page.text();
    expect(page.status).toBe(200);
    expect(text).toContain("put the key that you were given");
    expect(text).not.toContain("cursor://");
  });

  it("tells assistants how to get in, in llms.txt and the server card", async () => {
    const note = "(private: sign in by OAuth, or send a key as `Authorization: Bearer KEY`)";
    expect(await (await get("/llms.txt", "reader")).text()).toContain(`/mcp ${note}`);
    expect(await (await get("/", "reader")).text()).toContain(`/mcp ${note}`);
    const card: unknown = await (await get("/mcp/server-card")).json();
    const headers = [expect.objectContaining({ name: "Authorization", isSecret: true })];
    expect(card).toMatchObject({ remotes: [{ headers }] });
  });

  it("lets a browser ask what it may send", async () => {
    const response = await get("/mcp", undefined, { method: "OPTIONS", headers: { origin: BASE } });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-headers")).toContain("Authorization");
    const refused = await get("/mcp", undefined, { method: "POST", headers: { origin: BASE } });
    expect(refused.headers.get("access-control-expose-headers")).toContain("WWW-Authenticate");
  });

  it("checks Host and Origin first", async () => {
    expect(
      (await get("/llms.txt", "reader", { headers: { origin: "https://evil.example" } })).status,
    ).toBe(403);
    const foreign = await handler.fetch(new Request("http://evil.example/llms.txt"));
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get("www-authenticate")).toBeNull();
  });

  it("shows each caller their own pages", async () => {
    expect(await (await get("/llms.txt", "reader")).text()).not.toContain("internal");
    expect(await (await get("/llms.txt", "insider")).text()).toContain("internal/keys");
    expect(await (await get("/llms.txt", KEY)).text()).toContain("internal/keys");
    expect((await get("/pages/internal/keys.md", "reader")).status).toBe(404);
    expect((await get("/pages/internal/keys.md", "insider")).status).toBe(200);
  });

  it("says that lists are one caller's, to caches on the way", async () => {
    const { body, headers } = modern("tools/list");
    const request = post(`${BASE}/mcp`, body, { ...headers, authorization: "Bearer reader" });
    expect(await messageIn(await handler.fetch(request))).toMatchObject({
      result: { cacheScope: "private" },
    });
  });

  it("refuses a token with the reason, and does not repeat it", async () => {
    const response = await get("/llms.txt", "late");
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="docport", error="invalid_token", error_description="The bearer token is not accepted: the token has expired", ${SCOPES}, resource_metadata="${METADATA}/mcp"`,
    );
    const unknown = await get("/llms.txt", "s3cret-t0ken");
    expect(`${unknown.headers.get("www-authenticate")}${await unknown.text()}`).not.toContain(
      "s3cret",
    );
  });

  it("asks for the scope that is missing", async () => {
    const response = await get("/llms.txt", "bare");
    expect(response.status).toBe(403);
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer realm="docport", error="insufficient_scope", error_description="The token does not have the scope docs:read", scope="docs:read", resource_metadata="${METADATA}/mcp"`,
    );
  });

  it("is not to blame when the provider is away", async () => {
    const response = await get("/llms.txt", "lost");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("10");
    expect(response.headers.get("www-authenticate")).toBeNull();
  });

  it.each([
    ["a token in the query", "/llms.txt?access_token=reader", {}],
    ["Basic", "/llms.txt", { authorization: "Basic cmVhZGVy" }],
    ["no scheme", "/llms.txt", { authorization: "reader" }],
    ["two tokens", "/llms.txt", { authorization: "Bearer reader reader" }],
    ["two headers", "/llms.txt", { authorization: "Bearer reader, Bearer insider" }],
    ["a cookie", "/llms.txt", { cookie: "access_token=reader" }],
    ["a key of the wrong form", "/llms.txt", { authorization: "Bearer dpk_reader" }],
    ["a key that nobody made", "/llms.txt", { authorization: `Bearer ${createBearerKey()}` }],
  ])("does not take %s", async (_what, path, headers) => {
    expect((await get(path, undefined, { headers })).status).toBe(401);
  });

  it.each(["bearer reader", "BEARER  reader", " Bearer reader "])(
    "takes %j",
    async (authorization) => {
      expect((await get("/llms.txt", undefined, { headers: { authorization } })).status).toBe(200);
    },
  );

  it("takes keys alone, without naming a provider", async () => {
    const keysOnly = handlerWith({ oauth: undefined });
    const refused = await get("/llms.txt", undefined, {}, keysOnly);
    expect(refused.headers.get("www-authenticate")).toBe('Bearer realm="docport"');
    expect((await get("/llms.txt", KEY, {}, keysOnly)).status).toBe(200);
    expect((await get("/llms.txt", "reader", {}, keysOnly)).status).toBe(401);
    expect(
      (await get("/.well-known/oauth-protected-resource", undefined, {}, keysOnly)).status,
    ).toBe(404);
  });

  it("takes tokens alone", async () => {
    const tokensOnly = handlerWith({ findKey: undefined });
    expect((await get("/llms.txt", KEY, {}, tokensOnly)).status).toBe(401);
    expect((await get("/llms.txt", "reader", {}, tokensOnly)).status).toBe(200);
  });

  it("can show the rest to everybody, but takes no bad token for none", async () => {
    const mixed = handlerWith({ allowAnonymous: true, open: limited });
    expect(await (await get("/llms.txt", undefined, {}, mixed)).text()).toContain("guide");
    expect((await get("/pages/internal/keys.md", undefined, {}, mixed)).status).toBe(404);
    expect((await get("/pages/internal/keys.md", "insider", {}, mixed)).status).toBe(200);
    expect((await get("/llms.txt", "late", {}, mixed)).status).toBe(401);
  });
});

describe("protected resource metadata", () => {
  it.each([
    ["", "/mcp"],
    ["/mcp", "/mcp"],
    ["/sse", "/sse"],
  ])("at the well-known path%s is of %s", async (suffix, resource) => {
    const response = await get(`/.well-known/oauth-protected-resource${suffix}`);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({
      resource: BASE + resource,
      authorization_servers: [ISSUER],
      scopes_supported: ["docs:read", "docs:internal"],
      bearer_methods_supported: ["header"],
      resource_name: "Manual",
    });
  });

  it("follows the configuration, whatever the request says", async () => {
    const forged = new Request("http://127.0.0.1:9/.well-known/oauth-protected-resource/mcp", {
      headers: { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
    });
    expect(await (await handler.fetch(forged)).json()).toMatchObject({ resource: `${BASE}/mcp` });
  });
});
