import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { DocportError } from "../../src/lib/errors.ts";
import {
  type HttpListener,
  type ListenHttpOptions,
  listenHttp,
} from "../../src/net/http-listener.ts";
import type { WebHandler } from "../../src/net/web-bridge.ts";
import { FakeClock } from "../support/fake-clock.ts";

const open: HttpListener[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((listener) => listener.close({ graceMs: 0 })));
});

async function listen(
  handler: WebHandler,
  options: Partial<ListenHttpOptions> = {},
): Promise<HttpListener> {
  const listener = await listenHttp({ host: "127.0.0.1", port: 0, handler, ...options });
  open.push(listener);
  return listener;
}

/** A client that says exactly what it is told to. */
async function dial(listener: HttpListener): Promise<{
  readonly send: (text: string) => void;
  /** Everything that came, when the server has closed. */
  readonly ended: Promise<string>;
  readonly until: (pattern: RegExp) => Promise<string>;
  readonly socket: Socket;
}> {
  const socket = connect(listener.port, "127.0.0.1").setEncoding("utf8");
  sockets.push(socket);
  await once(socket, "connect");
  let received = "";
  socket.on("data", (chunk) => {
    received += chunk;
  });
  socket.on("error", () => {});
  // Not by `once`, which rejects when it is reset: that is an end, too.
  const ended = new Promise<string>((resolve) => socket.once("close", () => resolve(received)));
  const until = async (pattern: RegExp): Promise<string> => {
    while (!pattern.test(received)) await once(socket, "data");
    return received;
  };
  return { send: (text) => socket.write(text), ended, until, socket };
}

const echo: WebHandler = async (request) =>
  Response.json({
    method: request.method,
    url: request.url,
    body: await request.text(),
    twice: request.headers.get("x-twice"),
  });

describe("the bridge", () => {
  it("hands over method, URL, headers and body, and the answer back", async () => {
    const listener = await listen(echo);
    const response = await fetch(`http://127.0.0.1:${listener.port}/a%20b?c=d`, {
      method: "POST",
      body: "héllo",
    });
    expect(await response.json()).toMatchObject({
      method: "POST",
      url: `http://127.0.0.1:${listener.port}/a%20b?c=d`,
      body: "héllo",
    });
  });

  it("joins headers that are there twice, and keeps several of an answer apart", async () => {
    const listener = await listen((request) => {
      const headers = new Headers({ "x-got": request.headers.get("x-twice") ?? "" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response(null, { status: 204, headers });
    });
    const client = await dial(listener);
    client.send(
      "GET / HTTP/1.1\r\nHost: x\r\nX-Twice: 1\r\nX-Twice: 2\r\nConnection: close\r\n\r\n",
    );
    const answer = await client.ended;
    expect(answer).toContain("HTTP/1.1 204");
    expect(answer.toLowerCase()).toContain("x-got: 1, 2");
    expect(answer.match(/set-cookie/gi)).toHaveLength(2);
  });

  it.each([
    ["a target with a host of its own", "GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["a Host that is none", "GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n"],
    ["no Host (HTTP/1.0)", "GET / HTTP/1.0\r\n\r\n"],
    ["no Host (HTTP/1.1)", "GET / HTTP/1.1\r\n\r\n"],
    ["two Hosts with spaces", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"],
    ["TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"],
    ["junk", "\x16\x03\x01\x02\r\n\r\n"],
    [
      "two lengths",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
    [
      "a length and chunks",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
  ])("answers 400 to %s, and hands nothing over", async (_name, text) => {
    let called = 0;
    const listener = await listen(() => {
      called++;
      return new Response("no");
    });
    const client = await dial(listener);
    client.send(text);
    expect(await client.ended).toMatch(/^HTTP\/1\.1 400 /);
    expect(called).toBe(0);
  });

  it("takes a path that begins with two slashes for a path", async () => {
    const listener = await listen(echo);
    const client = await dial(listener);
    client.send("GET //evil.example/x HTTP/1.1\r\nHost: good.example\r\nConnection: close\r\n\r\n");
    expect(await client.ended).toContain('"url":"http://good.example//evil.example/x"');
  });

  it("answers 500 when a handler throws, without its words", async () => {
    const errors: unknown[] = [];
    const listener = await listen(() => Promise.reject(new Error("secret")), {
      onError: (error) => errors.push(error),
    });
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(errors).toHaveLength(1);
  });

  it("cuts the connection when a body breaks", async () => {
    const errors: unknown[] = [];
    const broken = (): Response =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(new TextEncoder().encode("part"));
            controller.error(new Error("broken"));
          },
        }),
      );
    const listener = await listen(broken, { onError: (error) => errors.push(error) });
    await expect(
      fetch(`http://127.0.0.1:${listener.port}/`).then((response) => response.text()),
    ).rejects.toThrow("terminated");
    expect(errors).toHaveLength(1);
  });

  it("tells the handler when the client goes away", async () => {
    let gone: (reason: unknown) => void = () => {};
    const aborted = new Promise((resolve) => {
      gone = resolve;
    });
    const listener = await listen(async (request) => {
      await new Promise((resolve) => request.signal.addEventListener("abort", resolve));
      gone(request.signal.reason);
      return new Response("too late");
    });
    const client = await dial(listener);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.socket.destroy();
    expect(await aborted).toBeInstanceOf(Error);
  });

  it("writes a body only as fast as it is read, and stops when nobody reads", async () => {
    let pulled = 0;
    let cancelled: () => void = () => {};
    const stopped = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const chunk = new Uint8Array(1024 * 1024);
    const listener = await listen(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled++;
              controller.enqueue(chunk);
            },
            cancel: () => cancelled(),
          }),
        ),
    );
    const client = await dial(listener);
    client.socket.pause();
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    const settle = async (): Promise<number> => {
      for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
      return pulled;
    };
    let before = 0;
    for (let now = await settle(); now === 0 || now > before; now = await settle()) before = now;
    expect(pulled).toBeLessThan(64);
    client.socket.destroy();
    await stopped;
  });

  it("gets a large body across whole", async () => {
    const piece = new Uint8Array(256 * 1024).fill(97);
    let left = 64;
    const listener = await listen(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              if (left-- > 0) controller.enqueue(piece);
              else controller.close();
            },
          }),
        ),
    );
    const response = await fetch(`http://127.0.0.1:${listener.port}/`);
    expect((await response.arrayBuffer()).byteLength).toBe(64 * piece.length);
  });

  it("closes the connection when it answers before the body is read", async () => {
    const listener = await listen(() => new Response("no", { status: 413 }));
    const client = await dial(listener);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nbegin");
    const answer = await client.ended;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain("connection: close");
  });
});

describe("slow and greedy clients", () => {
  const limits = { headersTimeoutInMs: 60, requestTimeoutInMs: 120, timeoutCheckInMs: 20 };

  it("cuts off headers that dribble in", async () => {
    const listener = await listen(echo, { limits });
    const client = await dial(listener);
    client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    expect(await client.ended).toMatch(/^HTTP\/1\.1 408 /);
  });

  it("cuts off a body that dribbles in, and tells the handler", async () => {
    let failed: (error: unknown) => void = () => {};
    const failure = new Promise((resolve) => {
      failed = resolve;
    });
    const listener = await listen(
      async (request) => {
        await request.text().catch(failed);
        return new Response("done");
      },
      { limits },
    );
    const client = await dial(listener);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
    const dribble = setInterval(() => client.send("x"), 10);
    try {
      await client.ended;
      expect(await failure).toBeInstanceOf(Error);
    } finally {
      clearInterval(dribble);
    }
  });

  it("answers 431 to headers that are too large", async () => {
    const listener = await listen(echo, { limits: { maxHeaderBytes: 2_048 } });
    const client = await dial(listener);
    client.send(`GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${"a".repeat(4_096)}\r\n\r\n`);
    expect(await client.ended).toMatch(/^HTTP\/1\.1 431 /);
  });

  it("begins pipelined requests one after the other, so that it keeps one answer at most", async () => {
    const begun: string[] = [];
    const answers: (() => void)[] = [];
    let tellBegun: () => void = () => {};
    const handler: WebHandler = async (request) => {
      begun.push(new URL(request.url).pathname);
      const mayEnd = new Promise<void>((resolve) => answers.push(resolve));
      tellBegun();
      await mayEnd;
      return new Response("ok");
    };
    const nextBegun = (): Promise<void> =>
      new Promise((resolve) => {
        tellBegun = resolve;
      });
    const listener = await listen(handler);
    const client = await dial(listener);
    const first = nextBegun();
    client.send(
      ["/1", "/2", "/3"].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""),
    );
    await first;
    expect(begun).toEqual(["/1"]);
    const second = nextBegun();
    answers[0]?.();
    await second;
    expect(begun).toEqual(["/1", "/2"]);
    client.socket.destroy();
    answers[1]?.();
  });

  it("tells connections above its budget to come again, and reads nothing of them", async () => {
    let called = 0;
    const count: WebHandler = (request) => {
      called += 1;
      return echo(request);
    };
    const listener = await listen(count, { limits: { maxConnections: 1 } });
    const first = await dial(listener);
    const second = await dial(listener);
    second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(await second.ended).toMatch(/^HTTP\/1\.1 503 .*\r\nRetry-After: 5\r\n/);
    expect(called).toBe(0);
    first.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await first.ended).toMatch(/^HTTP\/1\.1 200 /);
    const third = await dial(listener);
    third.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await third.ended).toMatch(/^HTTP\/1\.1 200 /);
  });

  it("ends connections that wait for a next request to make room for a new one", async () => {
    const listener = await listen(echo, { limits: { maxConnections: 2 } });
    const waiting = await dial(listener);
    waiting.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await waiting.until(/"body":""/);
    const unheard = await dial(listener);
    const third = await dial(listener);
    expect(await waiting.ended).toMatch(/^HTTP\/1\.1 200 /);
    third.socket.destroy();
    unheard.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await unheard.ended).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("close", () => {
  it("ends connections with their next answer while it drains, and takes new ones", async () => {
    const listener = await listen(() => new Response("served"));
    const kept = await dial(listener);
    const ask = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    kept.send(ask);
    await kept.until(/served/);
    listener.drain();
    kept.send(ask);
    expect(await kept.ended).toMatch(/connection: close/i);
    const late = await fetch(`http://127.0.0.1:${listener.port}/`);
    expect(late.headers.get("connection")).toBe("close");
  });

  it("takes no new connections and lets a running request end", async () => {
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const listener = await listen(async () => {
      await finished;
      return new Response("the end");
    });
    const running = await dial(listener);
    const idle = await dial(listener);
    running.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    idle.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n");
    const closing = listener.close();
    const late = connect(listener.port, "127.0.0.1");
    const [error] = await once(late, "error");
    expect((error as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
    finish();
    const answer = await running.ended;
    expect(answer).toContain("the end");
    expect(answer.toLowerCase()).toContain("connection: close");
    idle.socket.destroy();
    await closing;
    await listener.close();
  });

  it("ends a stream's connection with the stream, though its headers said keep-alive", async () => {
    let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (one) => {
        controller = one;
      },
    });
    const listener = await listen(() => new Response(body), { clock: new FakeClock() });
    const client = await dial(listener);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    expect((await client.until(/\r\n\r\n/)).toLowerCase()).toContain("connection: keep-alive");
    const closing = listener.close();
    controller?.close();
    await client.ended;
    await closing;
  });

  it("cuts what is left after the grace period", async () => {
    const clock = new FakeClock();
    const listener = await listen(() => new Promise<Response>(() => {}), { clock });
    const client = await dial(listener);
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await new Promise((resolve) => setImmediate(resolve));
    let isClosed = false;
    const closing = listener.close().then(() => {
      isClosed = true;
    });
    await clock.advance(4_999);
    expect(isClosed).toBe(false);
    await clock.advance(1);
    await closing;
    await client.ended;
  });

  it("leaves no timer behind", async () => {
    const clock = new FakeClock();
    const listener = await listen(echo, { clock });
    await listener.close();
    expect(clock.sleeping).toBe(0);
  });
});

describe("addresses", () => {
  it("says the URL a person would open", async () => {
    const listener = await listen(echo);
    expect(listener.url).toBe(`http://localhost:${listener.port}`);
  });

  it("says that the port is taken, and what to do", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as { port: number };
    const failure = await listen(echo, { port }).catch((error: unknown) => error);
    taken.close();
    expect(failure).toBeInstanceOf(DocportError);
    expect(failure).toMatchObject({
      code: "ERR_LISTEN_IN_USE",
      message: `Port ${port} is taken: another program listens on 127.0.0.1:${port}`,
      hint: expect.stringContaining("--port"),
    });
  });

  it("says that the address is not this computer's", async () => {
    await expect(listen(echo, { host: "203.0.113.7" })).rejects.toMatchObject({
      code: "ERR_LISTEN_ADDRESS",
      hint: expect.stringContaining("--host"),
    });
  });
});
