import { legacy, modern, post } from "../mcp-requests.ts";

/**
 * What a caller can ask, of pages that are there (`guide/`), of hidden ones (`internal/zanzibar-`) and
 * of some that never were. Without a key the caller is anybody.
 */
export function requestsFor(
  base: string,
  key: string | undefined,
  query: string,
  hidden = "zanzibar-0",
): Request[] {
  const credential = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const get = (path: string, accept = "*/*"): Request =>
    new Request(base + path, { headers: { ...credential, accept } });
  const ask = (method: string, params: Record<string, unknown>): Request => {
    const { body, headers } = modern(method, params);
    return post(`${base}/mcp`, body, { ...headers, ...credential });
  };
  const call = (name: string, given: Record<string, unknown>): Request =>
    ask("tools/call", { name, arguments: given });
  const names = [
    `internal/${hidden}`,
    `/internal/${hidden}/`,
    `/${hidden}/`,
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
      `${base}/mcp`,
      legacy("initialize", {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "t", version: "1" },
      }),
      credential,
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

/** All of an answer but the moment that it was given at. */
export async function answerOf(
  handle: (request: Request) => Promise<Response>,
  request: Request,
): Promise<unknown> {
  const { url } = request;
  const response = await handle(request);
  const headers = [...response.headers].filter(([name]) => name !== "date");
  return { url, status: response.status, headers, body: await response.text() };
}
