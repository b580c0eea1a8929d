import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAccess } from "../../../src/access.ts";
import { createBearerKey, hashBearerKey } from "../../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../../src/auth/key-file.ts";
import type { IndexedCatalog } from "../../../src/catalog/open-catalog.ts";
import { createConfig } from "../../../src/config.ts";
import type { HttpHandler } from "../../../src/http/http-options.ts";
import { catalogOf, type PageSpec } from "../../auth/catalogs.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { createTestHandler } from "../../support/start-server.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { legacy, modern, post } from "../mcp-requests.ts";

const BASE = "http://localhost:8080";
const KEY = createBearerKey();

/** Words of pages that all may see, and words that only hidden pages have; each a typo of another. */
const OPEN_WORDS = ["server", "deploy", "token", "gateway", "replica"];
const HIDDEN_WORDS = ["serverx", "deplay", "tokenize", "gatewey", "acquisition", "zanzibar"];

const words = (from: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...from), { minLength: 1, maxLength: 8 }).map((all) => all.join(" "));

const corpus = fc.record({
  open: fc.array(
    fc.record({
      title: words(OPEN_WORDS),
      text: words(OPEN_WORDS),
      language: fc.constantFrom("en", "de"),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  hidden: fc.array(
    fc.record({
      title: words(HIDDEN_WORDS),
      description: words(HIDDEN_WORDS),
      text: words([...HIDDEN_WORDS, ...OPEN_WORDS]),
      language: fc.constantFrom("en", "fr"),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function specsOf({
  open,
  hidden,
}: {
  open: readonly Partial<PageSpec>[];
  hidden: readonly Partial<PageSpec>[];
}): PageSpec[] {
  return [
    ...open.map((page, index) => ({ ...page, id: `guide/${index}` })),
    ...hidden.map((page, index) => ({
      ...{ ...page, id: `internal/zanzibar-${index}`, version: "9.9-zanzibar" },
      aliases: [`/zanzibar-${index}/`],
      // In the same language too, so that a page could be told to have a translation.
      translationKey: "zanzibar",
    })),
  ];
}

/** A server that is private by a key without scopes. */
function handlerOf(
  catalog: IndexedCatalog,
  keysFile: string,
  access: readonly string[],
): HttpHandler {
  const config = createConfig({ sources: ["docs"], access, auth: { keysFile } }, "/");
  const prepared = createAccess(config, {
    ...{ version: "1.2.3", clock: new FakeClock(), log: () => undefined },
    fetch: () => Promise.reject(new Error("this test has no network")),
  });
  prepared?.prepare(catalog)();
  return createTestHandler({ access: prepared?.createGate(BASE), publicUrl: BASE }, catalog);
}

/** What a caller can ask, of what is there and of what is not for them. */
function requestsFor(query: string): Request[] {
  const authorization = `Bearer ${KEY}`;
  const get = (path: string, accept = "*/*"): Request =>
    new Request(BASE + path, { headers: { authorization, accept } });
  const ask = (method: string, params: Record<string, unknown>): Request => {
    const { body, headers } = modern(method, params);
    return post(`${BASE}/mcp`, body, { ...headers, authorization });
  };
  const call = (name: string, given: Record<string, unknown>): Request =>
    ask("tools/call", { name, arguments: given });
  const names = [
    "internal/zanzibar-0",
    "/internal/zanzibar-0/",
    "/zanzibar-0/",
    "internal",
    "guide/0",
    "nothing",
  ];
  const completions = [
    {
      ref: { type: "ref/resource", uri: "docs://page/{+id}" },
      argument: { name: "id", value: "" },
    },
    {
      ref: { type: "ref/resource", uri: "docs://page/{+id}" },
      argument: { name: "id", value: "int" },
    },
  ];
  const q = encodeURIComponent(query);
  return [
    ...["/", "/llms.txt", "/llms-full.txt", "/sitemap.xml", "/robots.txt", "/healthz"].map((path) =>
      get(path),
    ),
    ...[get("/", "text/html"), get(`/?q=${q}`, "text/html"), get(`/search.json?q=${q}`)],
    ...["/mcp/server-card", "/.well-known/ai-catalog.json", "/sitemap.xml?part=2"].map((path) =>
      get(path),
    ),
    ...names.map((name) => get(`/pages/${name}.md`)),
    ...[
      "server/discover",
      "tools/list",
      "prompts/list",
      "resources/list",
      "resources/templates/list",
    ].map((method) => ask(method, {})),
    post(
      `${BASE}/mcp`,
      legacy("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      }),
      { authorization },
    ),
    ...completions.map((params) => ask("completion/complete", params)),
    ...names.flatMap((name) => [
      call("fetch", { id: name }),
      ask("resources/read", { uri: `docs://page/${name}` }),
      call("search", { query, section: name }),
    ]),
    call("search", { query }),
    ...["fr", "de"].map((language) => call("search", { query, language })),
    call("search", { query, version: "9.9-zanzibar" }),
  ];
}

async function answersOf(handler: HttpHandler, query: string): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const request of requestsFor(query)) {
    const { url } = request;
    const response = await handler.fetch(request);
    answers.push({ url, status: response.status, body: await response.text() });
  }
  return answers;
}

describe("pages that a caller may not see", () => {
  it("leave no trace: every answer is that of a server that never had them", async () => {
    await using folder = await temporaryFolder();
    const keysFile = join(folder.path, "keys.json");
    const hash = hashBearerKey(KEY).toString("hex");
    await writeKeyFile(keysFile, [{ id: "1", name: "ci", hash, scopes: [], createdAtMs: 0 }]);
    await fc.assert(
      fc.asyncProperty(corpus, words([...HIDDEN_WORDS, ...OPEN_WORDS]), async (pages, query) => {
        const catalog = await catalogOf(specsOf(pages));
        const reference = await catalogOf(specsOf({ ...pages, hidden: [] }));
        await using restricted = handlerOf(catalog, keysFile, ["docs:internal=internal"]);
        await using without = handlerOf(reference, keysFile, []);
        expect(await answersOf(restricted, query)).toEqual(await answersOf(without, query));
      }),
      { numRuns: 6 },
    );
  });
});
