import { createHmac } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createConfig } from "../../src/config.ts";
import type { LogFields } from "../../src/lib/log.ts";
import { buildIndex } from "../../src/load-catalog.ts";
import { bytesOf } from "../../src/search/file/sections.ts";
import { messageIn, modern, post } from "../http/mcp-requests.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const SECRET = "a-secret-for-webhooks";

interface Followed extends AsyncDisposable {
  readonly app: App;
  /** The next line of the log with this name. */
  readonly said: (event: string) => Promise<LogFields>;
}

async function follow(folder: string, more: object = {}): Promise<Followed> {
  const lines = new EventEmitter();
  const config = createConfig({ sources: ["docs"], port: 0, ...more }, folder);
  const app = await startApp(config, {
    fetch: () => Promise.reject(new Error("this test has no network")),
    now: Date.now,
    log: (_level, event, fields = {}) => void lines.emit(event, fields),
  });
  return {
    app,
    said: async (event) => {
      const [fields] = (await once(lines, event)) as [LogFields];
      return fields;
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

async function call(app: App, name: string, given: object): Promise<string> {
  const { body, headers } = modern("tools/call", { name, arguments: given });
  return JSON.stringify(await messageIn(await fetch(post(app.mcpUrl, body, headers))));
}

describe("a server over a folder", { timeout: 60_000 }, () => {
  it("serves what is saved, and tells who listens", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    await using followed = await follow(folder.path);
    const { app } = followed;
    const { body, headers } = modern("subscriptions/listen", {
      notifications: {
        toolsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ["docs://page/a"],
      },
    });
    const listening = await fetch(post(app.mcpUrl, body, headers));
    const stream = listening.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const hear = async (text: string): Promise<void> => {
      while (!heard.includes(text)) heard += (await stream?.read())?.value ?? text;
    };
    await hear("acknowledged");
    expect(heard).toContain('"resourceSubscriptions":["docs://page/a"]');
    const swapped = followed.said("index.swapped");
    await writeFile(join(folder.path, "docs/a.md"), "# Apples\n\nSweet pears instead.\n");
    await writeFile(join(folder.path, "docs/b.md"), "# Bananas\n\nYellow.\n");
    expect(await swapped).toMatchObject({ pages: 2 });
    expect(await call(app, "search", { query: "sweet pears" })).toContain("Sweet pears");
    expect(await call(app, "fetch", { id: "b" })).toContain("Yellow");
    await hear("notifications/tools/list_changed");
    await hear("notifications/resources/list_changed");
    await hear('"uri":"docs://page/a"');
    await stream?.cancel();
    expect(app.status()).toMatchObject({ swaps: 1 });
  });

  it("tells clients of the older transport over their stream", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    await using followed = await follow(folder.path);
    const response = await fetch(`${followed.app.url}/sse`);
    const stream = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    await stream?.read();
    await writeFile(join(folder.path, "docs/b.md"), "# Bananas\n\nYellow.\n");
    let heard = "";
    while (!heard.includes("resources/list_changed")) heard += (await stream?.read())?.value ?? "";
    expect(heard).toContain("notifications/tools/list_changed");
    expect(heard).not.toContain("resources/updated");
    await stream?.cancel();
  });

  it("keeps what it had while the folder is gone, and says so", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    await using followed = await follow(folder.path);
    const failed = followed.said("source.failed");
    await rename(join(folder.path, "docs"), join(folder.path, "away"));
    expect(await failed).toMatchObject({ source: "docs", serving: "what it had" });
    expect(await call(followed.app, "search", { query: "sour fruit" })).toContain("Sour fruit");
    expect(followed.app.status().sources[0]?.failure).toMatchObject({ count: 1 });
    const recovered = followed.said("source.recovered");
    await rename(join(folder.path, "away"), join(folder.path, "docs"));
    await recovered;
  });

  it("reads at once when a webhook with the secret says so", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    await using followed = await follow(folder.path, { refreshSecret: SECRET });
    const address = `${followed.app.url}/-/refresh`;
    const body = '{"ref":"refs/heads/main"}';
    const signature = `sha256=${createHmac("sha256", SECRET).update(body).digest("hex")}`;
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(address, { method: "POST", headers, body })).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ "x-gitlab-token": `${SECRET}x` })).toBe(401);
    expect(await ask({ "x-hub-signature-256": signature.replace(/.$/, "x") })).toBe(401);
    expect(await ask({ "x-hub-signature-256": signature })).toBe(202);
    expect(await ask({ "x-gitlab-token": SECRET })).toBe(202);
    expect(await ask({ authorization: `Bearer ${SECRET}` })).toBe(202);
    expect((await fetch(address)).status).toBe(405);
  });

  it("has no such address without a secret", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    await using followed = await follow(folder.path);
    const response = await fetch(`${followed.app.url}/-/refresh`, { method: "POST" });
    expect(response.status).toBe(404);
  });

  it("opens an index file again when it is replaced, and keeps the old one for a broken one", async () => {
    await using folder = await temporaryFolder({ "docs/a.md": "# Apples\n\nSour fruit.\n" });
    const index = join(folder.path, "manual.docport");
    const replace = async (bytes: Uint8Array): Promise<void> => {
      await writeFile(`${index}.new`, bytes);
      await rename(`${index}.new`, index);
    };
    const build = async (): Promise<Uint8Array> =>
      bytesOf(
        await buildIndex(createConfig({ sources: ["docs"] }, folder.path), {
          fetch,
          now: Date.now,
        }),
      );
    await replace(await build());
    await using followed = await follow(folder.path, { sources: ["manual.docport"] });
    const failed = followed.said("source.failed");
    await replace((await build()).subarray(0, 1_000));
    await failed;
    expect(await call(followed.app, "search", { query: "sour fruit" })).toContain("Sour fruit");
    await writeFile(join(folder.path, "docs/b.md"), "# Bananas\n\nYellow.\n");
    const swapped = followed.said("index.swapped");
    await replace(await build());
    await swapped;
    expect(await call(followed.app, "search", { query: "bananas" })).toContain("Yellow");
    await rm(index);
    expect(await call(followed.app, "search", { query: "bananas" })).toContain("Yellow");
  });
});

describe("a server over private documentation", { timeout: 60_000 }, () => {
  it("refuses a change after which a rule would protect nothing", async () => {
    await using folder = await temporaryFolder({
      "docs/a.md": "# Apples\n\nSour fruit.\n",
      "docs/internal/b.md": "# Plans\n\nNobody knows.\n",
      "keys.json": '{"version":1,"keys":[]}',
    });
    await using followed = await follow(folder.path, {
      auth: { keysFile: "keys.json", allowAnonymous: true },
      access: ["staff=internal"],
    });
    const failed = followed.said("index.failed");
    await rename(join(folder.path, "docs/internal"), join(folder.path, "docs/plans"));
    expect((await failed)["message"]).toContain("which has no page");
    expect(await call(followed.app, "search", { query: "nobody knows plans" })).not.toContain(
      "Nobody knows",
    );
    const swapped = followed.said("index.swapped");
    await rename(join(folder.path, "docs/plans"), join(folder.path, "docs/internal"));
    await writeFile(join(folder.path, "docs/a.md"), "# Apples\n\nSweet fruit.\n");
    await swapped;
    expect(await call(followed.app, "search", { query: "apples" })).toContain("Sweet fruit");
    expect(await call(followed.app, "search", { query: "nobody knows plans" })).not.toContain(
      "Nobody knows",
    );
  });
});
