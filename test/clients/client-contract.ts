import {
  Client as ClientV2,
  StreamableHTTPClientTransport as HttpV2,
  SSEClientTransport as SseV2,
} from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport as SseV1 } from "@modelcontextprotocol/sdk/client/sse.js";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { expect, it } from "vitest";

/** What the documentation that is served is known to hold. */
export interface ServedDocs {
  /** A query and the page that answers it best. */
  readonly query: string;
  readonly pageId: string;
}

/** How the official clients reach a server that is already there, or start one. */
export interface ServedOverHttp extends ServedDocs {
  /** Without a path: `http://localhost:8080`. */
  readonly url: () => string;
}

export interface ServedOverStdio extends ServedDocs {
  readonly command: string;
  readonly args: () => readonly string[];
}

interface StdioParameters {
  command: string;
  args: string[];
  stderr: "pipe";
}

/** The calls that the clients of both SDKs share, as far as the contract reads their answers. */
interface AnyClient {
  listTools(): Promise<unknown>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<unknown>;
  listResources(): Promise<unknown>;
  listResourceTemplates(): Promise<unknown>;
  readResource(params: { uri: string }): Promise<unknown>;
  listPrompts(): Promise<unknown>;
  getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<unknown>;
  complete(params: {
    ref: { type: "ref/prompt"; name: string } | { type: "ref/resource"; uri: string };
    argument: { name: string; value: string };
  }): Promise<unknown>;
  getServerVersion(): { name: string } | undefined;
  getInstructions(): string | undefined;
  close(): Promise<void>;
}

const INFO = { name: "contract", version: "1.0.0" };
const MODERN = "2026-07-28";
const MODES = ["auto", "legacy", { pin: MODERN }] as const;

/** Every official client over HTTP lists, searches, fetches, reads, completes and prompts. */
export function httpClientContract(docs: ServedOverHttp): void {
  const at = (path: string): URL => new URL(path, docs.url());
  it.each(MODES)("SDK v2, version negotiation %j", async (mode) => {
    const client = new ClientV2(INFO, { versionNegotiation: { mode } });
    await client.connect(new HttpV2(at("/mcp")));
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === "legacy" ? "2025-11-25" : MODERN);
    await useEverything(client, docs);
  });
  const others: Readonly<Record<string, () => Promise<AnyClient>>> = {
    "SDK v2, posting to /sse": () => connected(new ClientV2(INFO), new HttpV2(at("/sse"))),
    "SDK v2 over HTTP+SSE": () => connected(new ClientV2(INFO), new SseV2(at("/sse"))),
    "SDK v1 over Streamable HTTP": () => connected(new ClientV1(INFO), new HttpV1(at("/mcp"))),
    "SDK v1 over HTTP+SSE": () => connected(new ClientV1(INFO), new SseV1(at("/sse"))),
  };
  it.each(Object.entries(others))("%s", async (_name, connect) => {
    const client = await connect();
    expect(client.getServerVersion()?.name).toBe("docport");
    await useEverything(client, docs);
  });
}

/** The same over stdio, each client with a server process of its own. */
export function stdioClientContract({ command, args, ...docs }: ServedOverStdio): void {
  const server = (): StdioParameters => ({ command, args: [...args()], stderr: "pipe" });
  it.each(MODES)("SDK v2, version negotiation %j", async (mode) => {
    const client = new ClientV2(INFO, { versionNegotiation: { mode } });
    await client.connect(new StdioV2(server()));
    expect(client.getNegotiatedProtocolVersion()).toBe(mode === "legacy" ? "2025-11-25" : MODERN);
    await useEverything(client, docs);
  });
  it("SDK v1", async () => {
    const client = await connected(new ClientV1(INFO), new StdioV1(server()));
    expect(client.getServerVersion()?.name).toBe("docport");
    await useEverything(client, docs);
  });
}

async function connected<T, C extends { connect(transport: T): Promise<void> }>(
  client: C,
  transport: T,
): Promise<C> {
  await client.connect(transport);
  return client;
}

async function useEverything(client: AnyClient, { query, pageId }: ServedDocs): Promise<void> {
  try {
    expect(client.getServerVersion()?.name).toBe("docport");
    expect(client.getInstructions()).toContain("search");

    expect(await client.listTools()).toMatchObject({
      tools: [
        { name: "search", annotations: { readOnlyHint: true, destructiveHint: false } },
        { name: "fetch", annotations: { readOnlyHint: true, openWorldHint: false } },
      ],
    });
    const found = await client.callTool({ name: "search", arguments: { query } });
    const { results } = sameTwice(found) as { results: { id: string; url: string }[] };
    expect(results[0]?.id.split("#")[0]).toBe(pageId);
    expect(results[0]?.url).toMatch(/^[a-z]+:\/\/./);

    const fetched = await client.callTool({ name: "fetch", arguments: { id: results[0]?.id } });
    expect(sameTwice(fetched)).toMatchObject({
      id: results[0]?.id,
      title: expect.any(String),
      text: expect.stringMatching(/\S/),
      url: results[0]?.url,
      metadata: { page_id: pageId },
    });
    expect(
      await client.callTool({ name: "fetch", arguments: { id: "no/such/page" } }),
    ).toMatchObject({ isError: true });

    const uri = `docs://page/${pageId}`;
    expect(await client.listResources()).toMatchObject({
      resources: expect.arrayContaining([expect.objectContaining({ uri })]),
    });
    expect(await client.listResourceTemplates()).toMatchObject({
      resourceTemplates: [{ uriTemplate: "docs://page/{+id}" }],
    });
    expect(await client.readResource({ uri })).toMatchObject({
      contents: [{ uri, mimeType: "text/markdown", text: expect.stringMatching(/\S/) }],
    });
    await expect(client.readResource({ uri: "docs://page/no/such" })).rejects.toMatchObject({
      code: -32602,
    });

    expect(await client.listPrompts()).toMatchObject({
      prompts: [{ name: "answer-from-docs" }, { name: "explain-page" }],
    });
    expect(
      await client.getPrompt({ name: "explain-page", arguments: { page: pageId } }),
    ).toMatchObject({ messages: [{ role: "user", content: { type: "resource" } }, {}] });
    const typed = { name: "page", value: pageId.slice(0, -1) };
    expect(
      await client.complete({ ref: { type: "ref/prompt", name: "explain-page" }, argument: typed }),
    ).toMatchObject({ completion: { values: expect.arrayContaining([pageId]) } });
    expect(
      await client.complete({
        ref: { type: "ref/resource", uri: "docs://page/{+id}" },
        argument: { ...typed, name: "id" },
      }),
    ).toMatchObject({ completion: { values: expect.arrayContaining([pageId]) } });
  } finally {
    await client.close();
  }
}

/** A result's JSON, which is in its one text item and, the same, in `structuredContent`. */
function sameTwice(result: unknown): unknown {
  const { content, structuredContent } = result as {
    content: { type: string; text: string }[];
    structuredContent: unknown;
  };
  expect(content).toHaveLength(1);
  expect(JSON.parse(content[0]?.text ?? "")).toEqual(structuredContent);
  return structuredContent;
}
