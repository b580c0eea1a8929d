/** Requests of every kind that a server gets, in a fixed turn. */
export interface Kind {
  readonly path: string;
  readonly body?: string;
  /** The right answer. */
  readonly status: number;
}

const WORDS = [
  "install",
  "certificate",
  "port",
  "proxy",
  "search",
  "Hugo",
  "key",
  "limit",
  "index",
];

const META = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };

/** The request of a number; queries differ, so that nothing is answered from a memory of them. */
export function requestOf(number: number): Kind {
  const word = WORDS[number % WORDS.length] ?? "";
  const query = `${word} ${WORDS[(number >> 3) % WORDS.length] ?? ""} ${number % 1_000}`;
  switch (number % 10) {
    case 0:
      return call("fetch", { id: "guide/certificates" });
    case 1:
      return call("fetch", { id: `no/such/${number}` });
    case 2:
      return { path: "/mcp", body: rpc("tools/list", {}), status: 200 };
    case 3:
      return { path: "/pages/guide/running.md", status: 200 };
    case 4:
      return { path: `/wp-login-${number}.php`, status: 404 };
    case 5:
      return { path: "/mcp", body: '{"jsonrpc":"2.0"', status: 400 };
    case 6:
      return call("search", { query: `zyx${number} qwv` });
    default:
      return call("search", { query });
  }
}

function call(name: string, given: Readonly<Record<string, string>>): Kind {
  return { path: "/mcp", body: rpc("tools/call", { name, arguments: given }), status: 200 };
}

function rpc(method: string, params: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: META } });
}
