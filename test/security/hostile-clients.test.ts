import { once } from "node:events";
import type { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { legacy } from "../http/mcp-requests.ts";
import { type RunningDocport, startDocport } from "../support/start-docport.ts";
import { type TemporaryFolder, temporaryFolder } from "../support/temporary-folder.ts";
import { openSocket, sendRaw, statusesIn } from "./raw-request.ts";

let docs: TemporaryFolder;
let docport: RunningDocport;
let host: string;
beforeAll(async () => {
  const page = `# Install\n\nGet the package.\n\n${"A long page about ports. ".repeat(2_000)}\n`;
  docs = await temporaryFolder({ "install.md": page });
  const limits = ["--requests-per-minute", "40", "--trust-proxy"];
  docport = await startDocport(["serve", docs.path, "--port", "0", ...limits]);
  host = new URL(docport.url).host;
});
afterAll(async () => {
  await docport?.stop();
  await docs?.[Symbol.asyncDispose]();
});

const JSON_TYPE = { "content-type": "application/json" };
const LIST = JSON.stringify(legacy("tools/list"));

const postMcp = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(docport.mcpUrl, { method: "POST", headers: { ...JSON_TYPE, ...headers }, body });

const call = (name: string, args: object): Promise<Response> =>
  postMcp(JSON.stringify(legacy("tools/call", { name, arguments: args })));

/** What the server answers to a load balancer and to an assistant. */
async function pulse(): Promise<number[]> {
  return [(await fetch(`${docport.url}/healthz`)).status, (await postMcp(LIST)).status];
}
const ALIVE = [200, 200];

describe("limits by client hold off", () => {
  it("one address that asks without end, and nobody else", async () => {
    const from = (address: string): Promise<Response> =>
      postMcp(LIST, { "x-forwarded-for": `203.0.113.1, ${address}` });
    const answers = await Promise.all(Array.from({ length: 45 }, () => from("198.51.100.7")));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    for (const { headers } of refused) {
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
      expect(headers.get("ratelimit-policy")).toBe('"requests";q=40;w=60');
      expect(headers.get("ratelimit")).toMatch(/^"requests";r=0;t=\d+$/);
    }
    expect((await from("198.51.100.8")).status).toBe(200);
  });

  it("one /64 with all its addresses", async () => {
    const answers = await Promise.all(
      Array.from({ length: 45 }, (_, index) =>
        postMcp(LIST, { "x-forwarded-for": `2001:db8:0:1::${(index + 1).toString(16)}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(5);
    const next = await postMcp(LIST, { "x-forwarded-for": "2001:db8:0:2::1" });
    expect(next.status).toBe(200);
  });
});

describe("connections hold off nobody else:", () => {
  const sockets: Socket[] = [];
  const open = async (count: number): Promise<Socket[]> => {
    const opened = await Promise.all(Array.from({ length: count }, () => openSocket(docport.url)));
    sockets.push(...opened);
    return opened;
  };
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
  });

  it("200 that say nothing", async () => {
    await open(200);
    expect(await pulse()).toEqual(ALIVE);
  });

  it("50 that send their headers byte by byte", async () => {
    for (const socket of await open(50)) socket.write("POST /mcp HTTP/1.1\r\nHo");
    expect(await pulse()).toEqual(ALIVE);
  });

  it("50 that promise a body and send a little of it", async () => {
    const head = `POST /mcp HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`;
    for (const socket of await open(50)) socket.write(head);
    expect(await pulse()).toEqual(ALIVE);
  });

  it("20 that ask again and again and never read", async () => {
    const ask = `GET /llms-full.txt HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    for (const socket of await open(20)) {
      socket.pause();
      socket.write(ask.repeat(50));
    }
    expect(await pulse()).toEqual(ALIVE);
  });

  it("10 streams that are never read", async () => {
    for (const socket of await open(10)) {
      socket.pause();
      socket.write(`GET /sse HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    }
    expect(await pulse()).toEqual(ALIVE);
  });
});

describe("bodies and headers that are too much are refused:", () => {
  it("deep JSON", async () => {
    expect((await postMcp("[".repeat(200_000))).status).toBe(400);
    expect((await postMcp(`${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`)).status).toBe(400);
  });

  it("a body above the limit", async () => {
    expect((await postMcp(" ".repeat(2 * 1024 * 1024)).catch(() => undefined))?.status ?? 413).toBe(
      413,
    );
  });

  it("a batch flood", async () => {
    const batch = Array.from({ length: 5_000 }, () => legacy("tools/list"));
    expect((await postMcp(JSON.stringify(batch))).status).toBe(400);
  });

  it("a flood of headers, many or long", async () => {
    const many = Array.from({ length: 5_000 }, (_, i) => `X-${i}: y\r\n`).join("");
    for (const headers of [many, `X: ${"y".repeat(100_000)}\r\n`]) {
      const answer = await sendRaw(
        docport.url,
        `GET / HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`,
      );
      // The answer is lost when the connection is reset while we still write.
      expect([[], [431]]).toContainEqual(statusesIn(answer));
    }
  });
});

describe("request smuggling finds no second request in", () => {
  const second = `GET /healthz HTTP/1.1\r\nHost: HOST\r\n\r\n`;
  it.each([
    ["Content-Length with Transfer-Encoding", "Content-Length: 4\r\nTransfer-Encoding: chunked"],
    ["two Content-Lengths", "Content-Length: 4\r\nContent-Length: 40"],
    ["a Transfer-Encoding that is none", "Transfer-Encoding: xchunked"],
    ["a space before the colon", "Transfer-Encoding : chunked"],
    ["a folded header", "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: x"],
    ["a signed Content-Length", "Content-Length: +4"],
  ])("%s", async (_name, headers) => {
    const answer = await sendRaw(
      docport.url,
      `POST /mcp HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n\r\n0\r\n\r\n${second.replace("HOST", host)}`,
    );
    expect(statusesIn(answer)).toEqual([400]);
  });

  it.each([
    [
      "two Hosts",
      "GET / HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
    ],
    [
      "a target with a host",
      "GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n",
    ],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n"],
    ["no Host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"],
  ])("nor does it answer %s", async (_name, bytes) => {
    const [status = 0] = statusesIn(await sendRaw(docport.url, bytes.replace("HOST", host)));
    expect([0, 400, 403]).toContain(status);
  });
});

describe("input comes back as nothing that runs:", () => {
  const SCRIPT = "<script>alert(1)</script>";

  it.each(["/nothing", "/pages/x", "/search"])("a script in the URL of %s", async (path) => {
    const answer = await fetch(`${docport.url}${path}?q=${SCRIPT}&lang=${SCRIPT}`);
    const isHtml = answer.headers.get("content-type")?.startsWith("text/html") === true;
    expect(isHtml && (await answer.text()).includes(SCRIPT)).toBe(false);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each([
    "../../../etc/passwd",
    "%2e%2e/%2e%2e/etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "docs://page/../../package.json",
    "install\u0000.md",
    "__proto__",
    "constructor",
  ])("the id %j reads no file and shows no stack", async (id) => {
    for (const answer of [
      await call("fetch", { id }),
      await postMcp(JSON.stringify(legacy("resources/read", { uri: id }))),
    ]) {
      const text = await answer.text();
      expect(text).not.toMatch(/root:x|"dependencies"|node_modules|\bat \S+ \(/);
      expect(text).toMatch(/isError|"error"/);
    }
  });
});

it("after all of that, the server is alive and has not written of an error of its own", async () => {
  expect(await pulse()).toEqual(ALIVE);
  expect(docport.output()).not.toMatch(/uncaught|unhandled|request\.failed/i);
});

it("a connection that is given up is let go", async () => {
  const socket = await openSocket(docport.url);
  socket.write(`GET /sse HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await once(socket, "data");
  socket.destroy();
  expect(await pulse()).toEqual(ALIVE);
});
