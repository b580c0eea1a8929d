import { EventEmitter, once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type App, startApp } from "../../src/app.ts";
import { createBearerKey, hashBearerKey } from "../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../src/auth/key-file.ts";
import { createConfig } from "../../src/config.ts";
import { ask, type ReadAnswer } from "../support/http-over.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { requestsFor } from "./auth/hidden-requests.ts";
import { legacy, modern } from "./mcp-requests.ts";

const GUIDE = "guide.example.com";
const INTERNAL = "internal.example.com";
/** Nothing but the second documentation has these words. */
const FOREIGN = /zanzibar|Internal|acquisition/;

/** The argument that says which of several is meant. */
const ARGUMENT = '"enum":["guide","internal"]';

const NARROW = createBearerKey();
const WIDE = createBearerKey();

const FILES = {
  "guide/index.md": "# Welcome\n\nHow to begin with the gateway.\n",
  "guide/0.md": "# Gateway\n\nThe gateway and its token. See [more](https://other.example/).\n",
  "guide/secret/plans.md": "# Plans\n\nA gateway of gold.\n",
  "internal/zanzibar-0.md": "# Acquisition\n\nThe acquisition of zanzibar by the gateway.\n",
  "internal/index.md": "# Internal notes\n\nThe gateway from within.\n",
};

const SOURCES = [
  { location: "guide", name: "guide", domain: GUIDE, baseUrl: "https://www.example.com/guide/" },
  { location: "internal", name: "internal", domain: INTERNAL },
];

async function start(folder: TemporaryFolder, more: object = {}): Promise<App> {
  const settings = { sources: SOURCES, tls: "off", domain: "docs.example.com", port: 0, ...more };
  return startApp(createConfig(settings, folder.path), {
    fetch: () => Promise.reject(new Error("this test has no network")),
    now: Date.now,
    log: () => undefined,
  });
}

/** The same request, sent to the server under a host name. */
async function under(app: App, host: string, request: Request): Promise<ReadAnswer> {
  const { port } = new URL(app.localUrl);
  const { pathname, search } = new URL(request.url);
  const body = request.method === "POST" ? { body: await request.text() } : {};
  return ask(`http://${host}:${port}${pathname}${search}`, {
    ...body,
    method: request.method,
    headers: Object.fromEntries(request.headers),
  });
}

const get = (path: string, headers = {}): Request => new Request(`http://any${path}`, { headers });

function call(name: string, given: object, headers = {}): Request {
  const { body, headers: own } = modern("tools/call", { name, arguments: given });
  return new Request("http://any/mcp", {
    method: "POST",
    headers: { "content-type": "application/json", ...own, ...headers },
    body: JSON.stringify(body),
  });
}

describe("a host name for one of several documentations", { timeout: 60_000 }, () => {
  it("shows that one, and no word of the others in any answer", async () => {
    await using folder = await temporaryFolder(FILES);
    await using app = await start(folder);
    const requests = requestsFor("http://any", undefined, "gateway");
    for (const request of requests) {
      const answer = await under(app, GUIDE, request);
      const told = answer.body.replaceAll(
        /\binternal(?:\/zanzibar-0)?|(?:9\.9-)?zanzibar(?:-0)?/g,
        "",
      );
      expect(`${told} ${JSON.stringify(answer.headers)}`).not.toMatch(FOREIGN);
      expect(answer.status).toBeLessThan(500);
    }
    const found = await under(app, GUIDE, call("search", { query: "gateway" }));
    expect(found.body).toContain("guide/0");
    expect(found.body).toContain("https://www.example.com/guide/0/");
    const missing = await under(app, GUIDE, call("fetch", { id: "internal/zanzibar-0" }));
    expect(missing.body).toContain('"isError":true');
    expect((await under(app, GUIDE, get("/pages/internal/zanzibar-0.md"))).status).toBe(404);
    expect((await under(app, GUIDE, get("/pages/guide/0.md"))).status).toBe(200);
  });

  it("is a server of its own: title, links and no argument for the source", async () => {
    await using folder = await temporaryFolder(FILES);
    await using app = await start(folder);
    const { port } = new URL(app.localUrl);
    const lists = async (host: string): Promise<string> =>
      (
        await under(
          app,
          host,
          new Request("http://any/mcp", {
            method: "POST",
            headers: {
              "content-type": "application/json",
              accept: "application/json, text/event-stream",
            },
            body: JSON.stringify(legacy("tools/list")),
          }),
        )
      ).body;
    expect(await lists(GUIDE)).not.toContain(ARGUMENT);
    expect(await lists("docs.example.com")).toContain(ARGUMENT);
    const llms = (await under(app, GUIDE, get("/llms.txt"))).body;
    expect(llms).toMatch(/^# guide$/m);
    expect(llms).toContain(`http://${GUIDE}:${port}/mcp`);
    const card = JSON.parse((await under(app, INTERNAL, get("/mcp/server-card"))).body);
    expect(JSON.stringify(card)).toContain(`http://${INTERNAL}:${port}/mcp`);
    expect(app.corpusUrls).toEqual([
      { corpus: "guide", url: `http://${GUIDE}:${port}` },
      { corpus: "internal", url: `http://${INTERNAL}:${port}` },
    ]);
  });

  it("leaves all of them to the other names, and no other name is answered", async () => {
    await using folder = await temporaryFolder(FILES);
    await using app = await start(folder);
    for (const host of ["docs.example.com", "127.0.0.1", "localhost"]) {
      const { body } = await under(app, host, call("search", { query: "gateway acquisition" }));
      expect(body).toContain("internal/zanzibar-0");
    }
    expect((await under(app, "other.example.com", get("/llms.txt"))).status).toBe(403);
    // A name with a dot at its end or in capitals is the same name.
    for (const host of [`${GUIDE}.`, GUIDE.toUpperCase()]) {
      expect((await under(app, host, get("/llms.txt"))).body).not.toMatch(FOREIGN);
    }
  });

  it("takes the name from the proxy before it, when that is trusted", async () => {
    await using folder = await temporaryFolder(FILES);
    await using app = await start(folder, { trustProxy: true });
    const forwarded = { "x-forwarded-host": GUIDE, "x-forwarded-proto": "https" };
    const { body } = await under(app, "127.0.0.1", get("/llms.txt", forwarded));
    expect(body).toContain(`https://${GUIDE}/mcp`);
    expect(body).not.toMatch(FOREIGN);
    const found = call("search", { query: "gateway acquisition" }, forwarded);
    expect((await under(app, "127.0.0.1", found)).body).not.toMatch(/"internal\//);
    await using plain = await start(folder);
    expect((await under(plain, "127.0.0.1", get("/llms.txt", forwarded))).body).toMatch(FOREIGN);
  });

  it("keeps access rules of all of them", async () => {
    await using folder = await temporaryFolder(FILES);
    const keysFile = join(folder.path, "keys.json");
    const record = (id: string, key: string, scopes: string[]) => ({
      ...{ id, name: id, hash: hashBearerKey(key).toString("hex"), scopes, createdAtMs: 0 },
    });
    await writeKeyFile(keysFile, [record("1", NARROW, []), record("2", WIDE, ["docs:plans"])]);
    await using app = await start(folder, {
      access: ["docs:plans=guide/secret", "docs:notes=internal"],
      auth: { keysFile },
    });
    const idsFor = async (host: string, key: string): Promise<string[]> => {
      const given = call("search", { query: "gateway" }, { authorization: `Bearer ${key}` });
      const { body } = await under(app, host, given);
      return [...new Set(body.match(/(?:guide|internal)\/[\w/-]+/g))].toSorted();
    };
    expect(await idsFor(GUIDE, NARROW)).not.toContain("guide/secret/plans");
    expect(await idsFor(GUIDE, WIDE)).toContain("guide/secret/plans");
    expect(await idsFor(INTERNAL, WIDE)).toEqual([]);
    expect((await under(app, GUIDE, get("/llms.txt"))).status).toBe(401);
  });

  it("follows its documentation, and is not told of changes of the others", async () => {
    await using folder = await temporaryFolder(FILES);
    const lines = new EventEmitter();
    const settings = { sources: SOURCES, tls: "off", port: 0 };
    await using app = await startApp(createConfig(settings, folder.path), {
      fetch,
      now: Date.now,
      log: (_level, event) => void lines.emit(event),
    });
    const tagOf = async (host: string): Promise<string | undefined> =>
      (await under(app, host, get("/llms.txt"))).headers.etag;
    const [guide, internal] = [await tagOf(GUIDE), await tagOf(INTERNAL)];
    const swapped = once(lines, "index.swapped");
    await writeFile(join(folder.path, "internal/new.md"), "# New\n\nA new note.\n");
    await swapped;
    expect(await tagOf(GUIDE)).toBe(guide);
    expect(await tagOf(INTERNAL)).not.toBe(internal);
    expect((await under(app, INTERNAL, get("/pages/internal/new.md"))).status).toBe(200);
  });
});
