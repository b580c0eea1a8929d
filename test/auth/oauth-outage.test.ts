import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import { type Clock, systemClock } from "../../src/lib/clock.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { Assistant, signIn } from "./assistant.ts";
import { CLIENT_DOCUMENT, type RunningProvider, startOidcProvider } from "./oidc-provider.ts";

const SCOPES = ["docs:read"];
const HOUR_MS = 3_600_000;
/** Longer than the pause between two fetches of keys. */
const PAUSED_MS = 11_000;

/** The provider's time, and as much more as the test has let pass. */
let passedMs = 0;
const clock: Clock = {
  now: () => Date.now() + passedMs,
  sleep: (ms, signal) => systemClock.sleep(ms, signal),
};

let provider: RunningProvider;
let folder: TemporaryFolder;
let app: App;
beforeAll(async () => {
  provider = await startOidcProvider(SCOPES);
  folder = await temporaryFolder({ "docs/guide.md": "# Guide\n\nHow to deploy the server.\n" });
  const auth = { oauthIssuer: provider.issuer, oauthScope: "docs:read" };
  const config = createConfig({ sources: ["docs"], port: 0, auth }, folder.path);
  app = await startApp(config, { fetch, clock, now: () => clock.now(), log: () => undefined });
});
afterAll(async () => {
  await app?.close();
  await provider?.[Symbol.asyncDispose]();
  await folder?.[Symbol.asyncDispose]();
});

const enter = (assistant: Assistant): ReturnType<typeof signIn> =>
  signIn(assistant, { mcpUrl: app.mcpUrl, provider });

async function statusFor(assistant: Assistant): Promise<number> {
  const response = await fetch(app.mcpUrl, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${assistant.tokens()?.access_token}`,
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  });
  await response.arrayBuffer();
  return response.status;
}

describe("an assistant that has signed in", () => {
  it("goes on while the provider is down, for as long as its keys are fresh", async () => {
    const assistant = new Assistant();
    const { client, visits } = await enter(assistant);
    expect(visits).toHaveLength(1);
    provider.isDown = true;
    for (const hours of [1, 12, 23]) {
      passedMs = hours * HOUR_MS;
      expect(JSON.stringify(await client.listTools())).toContain("search");
      expect(await statusFor(assistant)).toBe(200);
    }
    // Not 401: the token may be good, and the person could not sign in again.
    passedMs = 25 * HOUR_MS;
    expect(await statusFor(assistant)).toBe(503);
    provider.isDown = false;
    passedMs += PAUSED_MS;
    expect(await statusFor(assistant)).toBe(200);
    await client.close();
  });

  it("signs in again when the provider has another key, and others need not wait", async () => {
    const old = new Assistant(CLIENT_DOCUMENT);
    const { client } = await enter(old);
    await client.close();
    await provider.rotateKey();
    passedMs += PAUSED_MS;
    const first = new Assistant();
    const { client: newcomer, visits } = await enter(first);
    expect(visits).toHaveLength(1);
    expect(await statusFor(first)).toBe(200);
    // The key that it was signed with is published no more.
    expect(await statusFor(old)).toBe(401);
    const again = await enter(old);
    expect(again.visits).toHaveLength(1);
    expect(await statusFor(old)).toBe(200);
    await newcomer.close();
    await again.client.close();
  });
});
