/** JSON-RPC requests of both eras, as clients send them. */

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
};

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** A 2026-07-28 request: the envelope in `_meta`, and the headers that mirror it. */
export function modern(
  method: string,
  params: Record<string, unknown> = {},
  meta: Record<string, unknown> = META,
): { readonly body: unknown; readonly headers: Record<string, string> } {
  const name = params["name"] ?? params["uri"];
  return {
    body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: meta } },
    headers: {
      "mcp-protocol-version": META["io.modelcontextprotocol/protocolVersion"],
      "mcp-method": method,
      ...(typeof name === "string" && { "mcp-name": name }),
    },
  };
}

export function legacy(method: string, params: Record<string, unknown> = {}): unknown {
  return { jsonrpc: "2.0", id: 1, method, params };
}

/** The message in a JSON answer, or the first one in an SSE answer. */
export async function messageIn(response: Response): Promise<unknown> {
  const text = await response.text();
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream");
  return JSON.parse(isStream ? (/^data: (.*)$/m.exec(text)?.[1] ?? "null") : text);
}
