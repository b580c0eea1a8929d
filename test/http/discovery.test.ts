import { describe, expect, it } from "vitest";
import { registryNameOf } from "../../src/http/discovery.ts";
import { createTestHandler } from "../support/start-server.ts";

const BASE = "https://docs.example.com";
const hosts = {
  allowsHost: (host: string) => host === "docs.example.com",
  allowsOrigin: (origin: string) => origin === BASE,
};
const PROOF = "v=MCPv1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const parts = { publicUrl: BASE, hosts, version: "1.2.3" };
const handler = createTestHandler(parts);
const get = (path: string, headers: Record<string, string> = {}, on = handler): Promise<Response> =>
  on.fetch(new Request(BASE + path, { headers }));

describe("the server card (draft)", () => {
  it("says what the server is, and where", async () => {
    const response = await get("/mcp/server-card");
    expect(response.headers.get("content-type")).toBe("application/mcp-server-card+json");
    expect(response.headers.get("cache-control")).toBe("public, max-age=3600");
    expect(await response.json()).toEqual({
      $schema: "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
      name: "com.example.docs/demo",
      version: "1.2.3",
      title: "Demo",
      description: "Search and read the documentation of Demo.",
      websiteUrl: BASE,
      remotes: [
        {
          type: "streamable-http",
          url: `${BASE}/mcp`,
          supportedProtocolVersions: ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"],
        },
      ],
    });
  });

  it("names only revisions that are answered", async () => {
    const card = (await (await get("/mcp/server-card")).json()) as {
      remotes: { supportedProtocolVersions: string[] }[];
    };
    for (const revision of card.remotes[0]?.supportedProtocolVersions.slice(1) ?? []) {
      const body = {
        jsonrpc: "2.0",
        id: 1,
        method: "initialize",
        params: {
          protocolVersion: revision,
          capabilities: {},
          clientInfo: { name: "t", version: "1" },
        },
      };
      const response = await handler.fetch(
        new Request(`${BASE}/mcp`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        }),
      );
      expect(await response.text()).toContain(`"protocolVersion":"${revision}"`);
    }
  });

  it("is found through the AI catalog (draft)", async () => {
    const response = await get("/.well-known/ai-catalog.json");
    expect(response.headers.get("content-type")).toBe("application/ai-catalog+json");
    expect(await response.json()).toEqual({
      specVersion: "1.0",
      entries: [
        {
          identifier: "urn:air:docs.example.com:mcp:demo",
          type: "application/mcp-server-card+json",
          url: `${BASE}/mcp/server-card`,
        },
      ],
    });
  });

  it.each(["/mcp/server-card", "/.well-known/ai-catalog.json"])(
    "lets any page read %s, and it alone",
    async (path) => {
      const response = await get(path, { origin: "https://other.example" });
      expect(response.status).toBe(200);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect((await get("/llms.txt", { origin: "https://other.example" })).status).toBe(403);
      const again = await get(path, { "if-none-match": response.headers.get("etag") ?? "" });
      expect(again.status).toBe(304);
    },
  );

  it("takes the configured name", async () => {
    const named = createTestHandler({ ...parts, registryName: "org.acme/docs" });
    expect(await (await get("/mcp/server-card", {}, named)).json()).toMatchObject({
      name: "org.acme/docs",
    });
  });

  it.each([
    ["http://localhost:8080", "localhost/my-docs"],
    ["http://127.0.0.1:1", "127.0.0.1/my-docs"],
    ["http://[2001:db8::1]", "2001-db8-1/my-docs"],
  ])("has a well-formed name for %s too", (url, name) => {
    expect(registryNameOf(url, "My docs")).toBe(name);
    expect(name).toMatch(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/);
  });
});

describe("proofs from the configuration", () => {
  it.each(["/.well-known/mcp-registry-auth", "/.well-known/openai-apps-challenge"])(
    "%s is not there unless it is configured",
    async (path) => {
      expect((await get(path)).status).toBe(404);
    },
  );

  it("are given byte for byte", async () => {
    const configured = createTestHandler({
      ...parts,
      registryProof: PROOF,
      openaiChallenge: "tok_42",
    });
    for (const [path, text] of [
      ["mcp-registry-auth", PROOF],
      ["openai-apps-challenge", "tok_42"],
    ]) {
      const response = await get(`/.well-known/${path}`, { accept: "text/plain" }, configured);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
      expect(await response.text()).toBe(text);
    }
  });
});
