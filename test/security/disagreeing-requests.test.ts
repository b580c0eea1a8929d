import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { legacy, messageIn, modern } from "../http/mcp-requests.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { openSocket, sendRaw, statusesIn } from "./raw-request.ts";

let docs: TemporaryFolder;
let docport: RunningDocport;
let host: string;
beforeAll(async () => {
  docs = await temporaryFolder({ "install.md": "# Install\n\nGet the package.\n" });
  docport = await startDocport(["serve", docs.path, "--port", "0"]);
  host = new URL(docport.url).host;
});
afterAll(async () => {
  await docport?.stop();
  await docs?.[Symbol.asyncDispose]();
});

/** Sends a POST to /mcp with exactly these headers, and closes after it. */
async function sendPost(headers: readonly string[], body: string): Promise<string> {
  const lines = [
    "POST /mcp HTTP/1.1",
    ...(headers.some((line) => /^host:/i.test(line)) ? [] : [`Host: ${host}`]),
    "Content-Type: application/json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    ...headers,
  ];
  return sendRaw(docport.url, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

const LIST = JSON.stringify(legacy("tools/list"));

const SEARCH = modern("tools/call", { name: "search", arguments: { query: "install" } });

/** A call of `search` as 2026-07-28 has it, with some of its headers changed or (undefined) left out. */
async function callWith(
  change: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly status: number; readonly code: unknown }> {
  const headers = { "content-type": "application/json", ...SEARCH.headers, ...change };
  const answer = await fetch(docport.mcpUrl, {
    method: "POST",
    headers: Object.entries(headers).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
    body: JSON.stringify(SEARCH.body),
  });
  const message = await messageIn(answer);
  const code = /"code":(-?\d+)/.exec(JSON.stringify(message))?.[1];
  return { status: answer.status, code: code === undefined ? undefined : Number(code) };
}

describe("headers that disagree with the body (MCP 2026-07-28, Streamable HTTP):", () => {
  it.each([
    ["Mcp-Method names another method", { "mcp-method": "tools/list" }],
    ["Mcp-Method differs in case", { "mcp-method": "Tools/Call" }],
    ["Mcp-Method is missing", { "mcp-method": undefined }],
    ["Mcp-Name names another tool", { "mcp-name": "fetch" }],
    ["Mcp-Name is missing", { "mcp-name": undefined }],
    ["Mcp-Name hides another tool in base64", { "mcp-name": "=?base64?ZmV0Y2g=?=" }],
    ["MCP-Protocol-Version is an older one", { "mcp-protocol-version": "2025-06-18" }],
    ["MCP-Protocol-Version is none", { "mcp-protocol-version": "tomorrow" }],
  ])("%s: refused with 400", async (_name, change) => {
    const { status, code } = await callWith(change);
    expect(status).toBe(400);
    expect([-32020, -32022, -32600]).toContain(code);
  });

  it("two Mcp-Method headers are not one that fits", async () => {
    const answer = await sendPost(
      [
        "MCP-Protocol-Version: 2026-07-28",
        "Mcp-Method: tools/call",
        "Mcp-Method: tools/list",
        "Mcp-Name: search",
      ],
      JSON.stringify(SEARCH.body),
    );
    expect(statusesIn(answer)).toEqual([400]);
  });

  it.each([
    ["as they are", {}],
    ["with the name in base64", { "mcp-name": "=?base64?c2VhcmNo?=" }],
  ])("those that agree, %s, are answered", async (_name, change) => {
    expect(await callWith(change)).toEqual({ status: 200, code: undefined });
  });
});

describe("a web page elsewhere cannot call the server:", () => {
  it.each([
    ["from the Origin null", "Origin: null"],
    ["from a foreign Origin", "Origin: https://evil.example"],
    ["from an Origin that begins like ours", "Origin: http://localhost.evil.example"],
    ["from two Origins", "Origin: http://localhost\r\nOrigin: https://evil.example"],
    ["from an Origin that is no URL", "Origin: file://"],
    ["under a name of its own (DNS rebinding)", "Host: evil.example"],
    ["under a name of its own with our port", "Host: 127.0.0.1.evil.example:80"],
    ["under an empty name", "Host: "],
  ])("%s", async (_name, header) => {
    const answer = await sendPost([header], LIST);
    expect([400, 403]).toContain(statusesIn(answer)[0]);
    expect(statusesIn(answer)).toHaveLength(1);
    expect(answer).not.toMatch(/"tools"|access-control-allow-origin/i);
  });

  it("nor learn by a preflight that it may", async () => {
    const answer = await sendRaw(
      docport.url,
      `OPTIONS /mcp HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n`,
    );
    expect(statusesIn(answer)).toEqual([403]);
    expect(answer).not.toMatch(/access-control-allow/i);
  });

  it("nor send a form that a browser sends without asking", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const headers = { "content-type": type };
      const answer = await fetch(docport.mcpUrl, { method: "POST", headers, body: LIST });
      expect(answer.status).toBe(415);
    }
  });
});

describe("bytes that two readers could read as two things:", () => {
  const head = (...lines: readonly string[]): string =>
    [`POST /mcp HTTP/1.1`, `Host: ${host}`, ...lines].join("\r\n");

  it.each([
    ["bare line feeds", (): string => head().replaceAll("\r\n", "\n").concat("\n\n")],
    [
      "a bare carriage return",
      (): string => head("X: a\rTransfer-Encoding: chunked").concat("\r\n\r\n"),
    ],
    ["a NUL in a header", (): string => head("X: a\u0000b").concat("\r\n\r\n")],
    ["a folded header", (): string => head("X: a", "\tb").concat("\r\n\r\n")],
    [
      "a chunk size that is none",
      (): string => head("Transfer-Encoding: chunked").concat("\r\n\r\n0x1\r\na\r\n0\r\n\r\n"),
    ],
    [
      "a chunk without its end",
      (): string => head("Transfer-Encoding: chunked").concat("\r\n\r\n1\r\nab0\r\n\r\n"),
    ],
    [
      "chunks within chunks",
      (): string => head("Transfer-Encoding: chunked, chunked").concat("\r\n\r\n0\r\n\r\n"),
    ],
    [
      "chunked, and not last",
      (): string => head("Transfer-Encoding: chunked, identity").concat("\r\n\r\n0\r\n\r\n"),
    ],
    ["a negative length", (): string => head("Content-Length: -1").concat("\r\n\r\n")],
    ["a length with a comma", (): string => head("Content-Length: 5, 5").concat("\r\n\r\nhello")],
    [
      "a length beyond all",
      (): string => head("Content-Length: 99999999999999999999999").concat("\r\n\r\n"),
    ],
    ["HTTP/0.9", (): string => "GET /\r\n\r\n"],
    ["a version that is none", (): string => `GET / HTTP/1.1.1\r\nHost: ${host}\r\n\r\n`],
  ])("%s get one refusal, and the connection ends", async (_name, bytes) => {
    const second = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const statuses = statusesIn(await sendRaw(docport.url, bytes() + second));
    // 415 where the head is refused before the body is looked at.
    expect([[400], [415]]).toContainEqual(statuses);
  });
});

describe("a refusal tells nothing of the inside:", () => {
  it.each([
    ["what is no JSON", "{"],
    ["a message of no kind", '{"jsonrpc":"2.0","id":1}'],
    ["a method that is no text", '{"jsonrpc":"2.0","id":1,"method":{"a":1}}'],
    ["a prototype", '{"jsonrpc":"2.0","id":1,"method":"tools/list","__proto__":{"x":1}}'],
    [
      "arguments of other types",
      JSON.stringify(legacy("tools/call", { name: "search", arguments: { query: [1] } })),
    ],
    ["a tool that is none", JSON.stringify(legacy("tools/call", { name: "constructor" }))],
    ["a number without end", `{"jsonrpc":"2.0","id":${"9".repeat(100_000)},"method":"x"}`],
    ["a key of 100,000 letters", `{"${"a".repeat(100_000)}":1}`],
    ["100,000 keys", `{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join()}}`],
    ["text that is no UTF-8", "\u00ff\u00fe"],
  ])("%s", async (_name, body) => {
    const answer = await sendPost([], body);
    expect(statusesIn(answer)).toHaveLength(1);
    expect(answer).not.toMatch(/node_modules|dist\/|\.[jt]s:\d|\bat \S+ \(|text\/html/);
  });

  it("a method that a web request cannot carry", async () => {
    for (const method of ["TRACE", "TRACK", "CONNECT", "PROPFIND", "BREW"]) {
      const answer = await sendRaw(
        docport.url,
        `${method} / HTTP/1.1\r\nHost: ${host}\r\nX-Secret: yes\r\nConnection: close\r\n\r\n`,
      );
      expect(answer).not.toMatch(/X-Secret|\b200\b/);
    }
  });
});

it("after all of that, others are answered and nothing has failed inside", async () => {
  expect(statusesIn(await sendPost([], LIST))).toEqual([200]);
  const socket = await openSocket(docport.url);
  socket.destroy();
  expect(docport.output()).not.toMatch(/uncaught|unhandled|request\.failed/i);
});
