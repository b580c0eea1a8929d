import { once } from "node:events";
import { createServer } from "node:http";
import { connect, Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { describe, expect, it } from "vitest";
import { acceptProxied } from "../../src/net/accept-proxied.ts";
import {
  type HttpListener,
  type ListenHttpOptions,
  listenHttp,
} from "../../src/net/http-listener.ts";
import { listenHttps } from "../../src/net/tls-listener.ts";
import { haproxyIsThere, startHaproxy } from "../support/haproxy.ts";
import { ask } from "../support/http-over.ts";
import { tcpProxy } from "../support/tcp-proxy.ts";

const HOST = "127.0.0.1";
const HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n";
const REQUEST = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const { signal } = new AbortController();

/** Answers with the address that it takes the client to have. */
const OPTIONS: ListenHttpOptions = {
  host: HOST,
  port: 0,
  proxyProtocol: true,
  handler: (_request, peerAddress) => new Response(`from ${peerAddress}`),
};

const LISTENERS: readonly (readonly [string, () => Promise<HttpListener>])[] = [
  ["HTTP", () => listenHttp(OPTIONS)],
  ["HTTPS", () => listenHttps({ ...OPTIONS, names: ["docs.example.com"] })],
];

/** Sends the pieces of a header one by one, then a request; resolves with all that is answered. */
async function talk(port: number, isSecure: boolean, pieces: readonly string[]): Promise<string> {
  const socket = connect({ host: HOST, port, noDelay: true });
  await once(socket, "connect");
  for (const piece of pieces) {
    socket.write(piece);
    // Pieces of their own on the way, too.
    await new Promise((resolve) => setImmediate(resolve));
  }
  const over = isSecure
    ? connectSecure({ socket, servername: "docs.example.com", rejectUnauthorized: false })
    : socket;
  over.write(REQUEST);
  let text = "";
  for await (const chunk of over) text += String(chunk);
  return text;
}

describe.each(LISTENERS)("acceptProxied over %s", (name, listen) => {
  const isSecure = name === "HTTPS";

  it.each([
    ["at once", [HEADER]],
    ["byte by byte", HEADER.split("")],
  ])("takes the address of a header that comes %s", async (_, pieces) => {
    await using listener = await listen();
    expect(await talk(listener.port, isSecure, pieces)).toContain("from 192.0.2.7");
  });

  it("leaves a connection of this computer that has none as it is", async () => {
    await using listener = await listen();
    expect(await talk(listener.port, isSecure, [])).toContain(`from ${HOST}`);
  });

  it("tells clients apart that come over the same balancer at a time", async () => {
    await using listener = await listen();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        talk(listener.port, isSecure, [
          `PROXY TCP6 2001:db8::${i + 1} 2001:db8::ffff ${i} 443\r\n`,
        ]),
      ),
    );
    const addresses = answers.map((text) => /from (\S+)/.exec(text)?.[1]);
    expect(addresses).toEqual(
      Array.from({ length: 20 }, (_, i) => `2001:db8::${(i + 1).toString(10)}`),
    );
  });

  it("closes a connection whose header is none, and one whose header does not come", async () => {
    const limits = { headersTimeoutInMs: 50 };
    await using listener = isSecure
      ? await listenHttps({ ...OPTIONS, limits, names: ["docs.example.com"] })
      : await listenHttp({ ...OPTIONS, limits });
    for (const start of ["PROXY TCP4 nobody\r\n", "PROXY ", ""]) {
      const socket = connect({ host: HOST, port: listener.port });
      // Not by `once`, which rejects when it is reset: that is an end, too.
      const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
      socket.on("error", () => {});
      socket.write(start);
      socket.resume();
      await closed;
      expect(socket.bytesRead).toBe(0);
    }
  });

  it.skipIf(!haproxyIsThere())(
    "understands HAProxy, and its own look at what it shows",
    async () => {
      await using listener = await listen();
      await using one = await tcpProxy();
      await using two = await tcpProxy();
      const [port, other] = [one.port, two.port];
      await one[Symbol.asyncDispose]();
      await two[Symbol.asyncDispose]();
      await using haproxy = await startHaproxy({
        port,
        servers: [listener.port],
        isSecure,
        sources: [{ port: other, address: "203.0.113.9" }],
      });
      await haproxy.until(0, true);
      const scheme = isSecure ? "https" : "http";
      expect((await ask(`${scheme}://localhost:${port}/`)).body).toBe(`from ${HOST}`);
      expect((await ask(`${scheme}://localhost:${other}/`)).body).toBe("from 203.0.113.9");
    },
  );
});

describe("acceptProxied", () => {
  it("closes a connection from elsewhere that has no header", async () => {
    const server = createServer();
    const served: Socket[] = [];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => served.push(socket));
    acceptProxied(server, 1_000);
    const socket = Object.defineProperty(new Socket(), "remoteAddress", { value: "192.0.2.1" });
    server.emit("connection", socket);
    socket.push(REQUEST);
    await once(socket, "close");
    expect(served).toEqual([]);
  });

  it("lets the server see its own certificate", async () => {
    await using listener = await listenHttps({ ...OPTIONS, names: ["docs.example.com"] });
    expect(await listener.shownFingerprint(signal)).toMatch(/^[0-9A-F:]{95}$/);
  });
});
