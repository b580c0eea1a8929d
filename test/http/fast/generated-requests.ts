import * as fc from "fast-check";

/** A request to send as it is. */
export interface GeneratedRequest {
  readonly path: string;
  /** Names and values in turn; a name may come twice. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

type Json = unknown;

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1.5, 2 ** 53, 1e300, "", "2.0", [], {}, [[]], "\ud800"),
  fc.jsonValue({ maxDepth: 2 }),
);
const id: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(fc.integer(), fc.string({ unit: "binary" }), fc.maxSafeInteger()),
  },
  { weight: 1, arbitrary: odd },
);
const VERSIONS = [
  "2026-07-28",
  "2025-11-25",
  "2025-06-18",
  "2025-03-26",
  "2024-11-05",
  "2099-01-01",
];
const METHODS = [
  "tools/call",
  "tools/list",
  "server/discover",
  "initialize",
  "ping",
  "resources/list",
  "notifications/initialized",
  "no/such",
  "constructor",
];

const given: fc.Arbitrary<Json> = fc.oneof(
  fc.record(
    {
      query: fc.constantFrom<Json>(
        "install",
        "the long page",
        "nothing of it",
        "",
        7,
        ["a", "b"],
        {},
      ),
      q: fc.constant("install"),
      limit: fc.constantFrom<Json>(1, "3", 0, 99, 1.5, "x", null),
      max_tokens: fc.constantFrom<Json>(256, 300, 1000, 1, "9999"),
      language: fc.constantFrom("de", "en-US", "xx"),
      version: fc.constantFrom("2.0", "v1.0", "9"),
      section: fc.constantFrom("guide", "/reference/", "none"),
      __proto__: fc.constant({ query: "polluted" }),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      id: fc.constantFrom<Json>("guide/install", "reference/long", "guide/install#linux", "no", 1),
      offset: fc.constantFrom<Json>(0, 100, -1, 1e9),
      max_tokens: fc.constantFrom<Json>(256, 400, 100_000),
    },
    { requiredKeys: [] },
  ),
  odd,
);

const clientInfo: fc.Arbitrary<Json> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ name: "test", version: "1" }) },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        name: fc.oneof(fc.string(), odd),
        version: fc.oneof(fc.string(), odd),
        title: fc.oneof(fc.string(), odd),
        icons: fc.oneof(fc.constant([{ src: "https://a.example/i.png" }]), odd),
        more: odd,
      },
      { requiredKeys: [] },
    ),
  },
);
const capabilities: fc.Arbitrary<Json> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom<Json>({}, { roots: { listChanged: true }, elicitation: {} }),
  },
  {
    weight: 1,
    arbitrary: fc.record(
      {
        roots: fc.oneof(fc.constantFrom<Json>({}, { listChanged: false }, { listChanged: 1 }), odd),
        sampling: fc.oneof(fc.constantFrom<Json>({}, { context: {}, tools: {} }), odd),
        elicitation: fc.oneof(
          fc.constantFrom<Json>({ form: {}, url: {} }, { form: { applyDefaults: 1 } }, { more: 1 }),
          odd,
        ),
        experimental: fc.oneof(fc.constantFrom<Json>({ a: {} }, { a: { b: [1] } }, { a: 1 }), odd),
        extensions: fc.oneof(fc.constant({ "io.example/ui": { types: ["a"] } }), odd),
        tasks: fc.oneof(fc.constantFrom<Json>({ list: {} }, { list: 1 }), odd),
        more: odd,
      },
      { requiredKeys: [] },
    ),
  },
);

const freeMeta: fc.Arbitrary<Record<string, Json>> = fc.record(
  {
    progressToken: fc.oneof(fc.integer(), fc.string(), odd),
    traceparent: fc.constant("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    "example.com/own": odd,
    "io.modelcontextprotocol/related-task": fc.oneof(fc.constant({ taskId: "1" }), odd),
    "io.modelcontextprotocol/logLevel": fc.constantFrom<Json>("info", "loud", 1),
  },
  { requiredKeys: [] },
);
const mostlyNone = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Json>("search", "fetch") },
  {
    weight: 1,
    arbitrary: fc.oneof(fc.constantFrom<Json>("nope", "__proto__", "=?base64?c2VhcmNo?="), odd),
  },
);

interface Parts {
  readonly isModern: boolean;
  readonly method: string;
  readonly id: Json;
  readonly name: Json;
  readonly given: Json;
  readonly version: string;
  readonly clientInfo: Json;
  readonly capabilities: Json;
  readonly meta: Record<string, Json> | undefined;
  readonly hasParams: boolean;
}

const parts: fc.Arbitrary<Parts> = fc.record({
  isModern: fc.boolean(),
  method: fc.oneof(
    { weight: 4, arbitrary: fc.constant("tools/call") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("tools/list", "server/discover", "initialize", "ping"),
    },
    { weight: 1, arbitrary: fc.constantFrom(...METHODS) },
  ),
  id,
  name,
  given,
  version: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom("2025-11-25", "2025-06-18") },
    { weight: 1, arbitrary: fc.constantFrom(...VERSIONS) },
  ),
  clientInfo,
  capabilities,
  meta: mostlyNone(freeMeta),
  hasParams: fc.boolean(),
});

/** What a client of either era would send. */
function bodyOf(of: Parts): Record<string, Json> {
  const { isModern, method, hasParams } = of;
  const meta = isModern
    ? {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": of.capabilities,
        "io.modelcontextprotocol/clientInfo": of.clientInfo,
        ...of.meta,
      }
    : of.meta;
  const params = {
    ...(method === "tools/call" && { name: of.name, ...(hasParams && { arguments: of.given }) }),
    ...(method === "initialize" && {
      protocolVersion: of.version,
      capabilities: of.capabilities,
      clientInfo: of.clientInfo,
    }),
    ...(meta && { _meta: meta }),
  };
  const isEmpty = Object.keys(params).length === 0 && !hasParams;
  return { jsonrpc: "2.0", id: of.id, method, ...(isEmpty ? {} : { params }) };
}

/** Something done to a body, at a place that is there. */
interface Change {
  readonly kind: "set" | "delete" | "add";
  readonly where: number;
  readonly key: string;
  readonly value: Json;
}

const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("set", "delete", "add"),
  where: fc.nat(40),
  key: fc.constantFrom("extra", "id", "task", "cursor", "result", "inputResponses", "__proto__"),
  value: odd,
});

function changed(body: Json, { kind, where, key, value }: Change): Json {
  const copy: Json = structuredClone(body);
  const holders: Record<string, Json>[] = [];
  const walk = (one: Json): void => {
    if (typeof one !== "object" || one === null) return;
    holders.push(one as Record<string, Json>);
    for (const child of Object.values(one)) walk(child);
  };
  walk(copy);
  const holder = holders[where % holders.length];
  if (!holder) return copy;
  const keys = Object.keys(holder);
  const target = kind === "add" || keys.length === 0 ? key : (keys[where % keys.length] ?? key);
  if (kind === "delete") delete holder[target];
  else
    Object.defineProperty(holder, target, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return copy;
}

/** How a body is written; most as `JSON.stringify` does. */
const writing: fc.Arbitrary<(body: Json) => Buffer> = fc.oneof(
  { weight: 12, arbitrary: fc.constant((body: Json) => Buffer.from(JSON.stringify(body) ?? "")) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<(body: Json) => Buffer>(
      (body) => Buffer.from(JSON.stringify(body, null, 2) ?? ""),
      (body) => Buffer.from(`\uFEFF${JSON.stringify(body)}`),
      (body) => Buffer.from(JSON.stringify([body])),
      (body) => Buffer.from(JSON.stringify([body, body])),
      (body) => Buffer.from(`${JSON.stringify(body).slice(0, -1)},"id":"again"}`),
      (body) => Buffer.from(JSON.stringify(body).slice(0, -1)),
      (body) =>
        Buffer.concat([Buffer.from(JSON.stringify(body).slice(0, -1)), Buffer.from([0xff, 0x7d])]),
      (body) => Buffer.from(`{"a":${"[".repeat(80)}${"]".repeat(80)},"b":${JSON.stringify(body)}}`),
      () => Buffer.from(""),
      () => Buffer.from("null"),
      () => Buffer.from("[]"),
    ),
  },
);

const seldom = <T>(value: T, ...others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 20, arbitrary: fc.constant(value) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );

/** Requests of both eras, right and wrong in every part. */
export const generatedRequest: fc.Arbitrary<GeneratedRequest> = fc
  .record({
    of: parts,
    changes: fc.oneof(
      { weight: 5, arbitrary: fc.constant<Change[]>([]) },
      { weight: 1, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }) },
    ),
    writing,
    path: seldom("/mcp", "/sse", "/mcp?a=1", "/mcp/", "/", "/MCP"),
    type: seldom<string | undefined>(
      "application/json",
      "application/json; charset=utf-8",
      "application/json;charset=utf-8",
      "Application/JSON",
      "application/json, text/plain",
      "text/plain",
      undefined,
    ),
    accept: fc.constantFrom(undefined, "application/json", "text/event-stream", "*/*", "text/html"),
    host: seldom(
      "localhost:8080",
      "localhost",
      "127.0.0.1:1",
      "evil.example",
      "LOCALHOST",
      "a b",
      "localhost:99999",
    ),
    origin: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "http://localhost:3000",
          "https://127.0.0.1",
          "https://evil.example",
          "null",
          "",
        ),
      },
    ),
    mirror: seldom("right", "none", "wrong", "spaced", "twice"),
    legacyVersion: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(undefined, "2025-11-25", "2025-06-18") },
      { weight: 1, arbitrary: fc.constantFrom(...VERSIONS, "", "x") },
    ),
    session: mostlyNone(fc.constant("abc")),
  })
  .map(({ of, changes, writing, path, mirror, ...rest }) => {
    const body = changes.reduce<Json>(changed, bodyOf(of));
    const pair = (header: string, value: string | undefined): string[] =>
      value === undefined ? [] : [header, value];
    const mirrored = mirrorsOf(of, mirror, rest.legacyVersion);
    return {
      path,
      body: writing(body),
      headers: [
        ...pair("host", rest.host),
        ...pair("content-type", rest.type),
        ...pair("accept", rest.accept),
        ...pair("origin", rest.origin),
        ...pair("mcp-session-id", rest.session),
        ...mirrored,
      ],
    };
  });

function mirrorsOf(
  { isModern, method, name: tool }: Parts,
  mirror: string,
  legacyVersion: string | undefined,
): string[] {
  if (!isModern) return legacyVersion === undefined ? [] : ["mcp-protocol-version", legacyVersion];
  if (mirror === "none") return [];
  const isNamed =
    method === "tools/call" && typeof tool === "string" && /^[\x21-\x7e]+$/.test(tool);
  const right = [
    ["mcp-protocol-version", "2026-07-28"],
    ["mcp-method", method],
    ...(isNamed ? [["mcp-name", tool]] : []),
  ];
  if (mirror === "wrong") return right.flatMap(([header = "", value]) => [header, `${value}x`]);
  if (mirror === "spaced") return right.flatMap(([header = "", value]) => [header, ` ${value}\t`]);
  if (mirror === "twice") return [...right, ...right].flat();
  return right.flat();
}
