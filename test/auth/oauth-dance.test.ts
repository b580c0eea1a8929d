import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { Assistant, signIn } from "./assistant.ts";
import { CLIENT_DOCUMENT, type RunningProvider, startOidcProvider } from "./oidc-provider.ts";

const SCOPES = ["docs:read", "docs:internal"];

let provider: RunningProvider;
let folder: TemporaryFolder;
let app: App;

beforeAll(async () => {
  provider = await startOidcProvider(SCOPES);
  folder = await temporaryFolder({
    "docs/guide.md": "# Guide\n\nHow to deploy the server.\n",
    "docs/internal/keys.md": "# Master keys\n\nWhere the zanzibar is kept.\n",
  });
  const config = createConfig(
    {
      sources: ["docs"],
      port: 0,
      auth: { oauthIssuer: provider.issuer, oauthScope: "docs:read" },
      access: [{ scope: "docs:internal", sections: ["internal"] }],
    },
    folder.path,
  );
  app = await startApp(config, { fetch, now: Date.now, log: () => undefined });
});

afterAll(async () => {
  await app.close();
  await provider[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

beforeEach(() => {
  for (const scope of SCOPES) provider.consent.add(scope);
});

const hitsOf = async (client: Client): Promise<string> =>
  JSON.stringify(await client.callTool({ name: "search", arguments: { query: "zanzibar" } }));

describe("an assistant and a provider of OpenID Connect", () => {
  it("find each other by the server's metadata, and the person sees what their scopes show", async () => {
    const { client, visits } = await signIn(new Assistant(), { mcpUrl: app.mcpUrl, provider });
    expect(visits).toHaveLength(1);
    const asked = visits[0]?.searchParams;
    expect(asked?.get("resource")).toBe(app.mcpUrl);
    expect(asked?.get("scope")?.split(" ")).toEqual(expect.arrayContaining(SCOPES));
    expect(asked?.get("code_challenge_method")).toBe("S256");
    expect(await hitsOf(client)).toContain("internal/keys");
    await client.close();
  });

  it("need no registration where the client has a document of its own (CIMD)", async () => {
    const { client, visits } = await signIn(new Assistant(CLIENT_DOCUMENT), {
      mcpUrl: app.mcpUrl,
      provider,
    });
    expect(visits[0]?.searchParams.get("client_id")).toBe(CLIENT_DOCUMENT);
    expect(visits[0]?.searchParams.get("resource")).toBe(app.mcpUrl);
    expect(await hitsOf(client)).toContain("internal/keys");
    await client.close();
  });

  it("leave out what the person does not agree to", async () => {
    provider.consent.delete("docs:internal");
    const { client } = await signIn(new Assistant(), { mcpUrl: app.mcpUrl, provider });
    expect(await hitsOf(client)).not.toContain("internal/keys");
    const pages = await client.listResources();
    expect(pages.resources.map(({ uri }) => uri)).toEqual(["docs://index", "docs://page/guide"]);
    await client.close();
  });

  it("step up when the token lacks the scope that every token must have", async () => {
    provider.consent.delete("docs:read");
    const { client, visits } = await signIn(new Assistant(), { mcpUrl: app.mcpUrl, provider });
    expect(visits).toHaveLength(2);
    expect(visits[1]?.searchParams.get("scope")?.split(" ")).toContain("docs:read");
    expect(await hitsOf(client)).toContain("results");
    await client.close();
  });
});
