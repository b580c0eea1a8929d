import { once } from "node:events";
import { createServer as createSecureServer } from "node:https";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it } from "vitest";
import { type HandshakePace, paceHandshakes } from "../../src/net/pace-handshakes.ts";
import { type HttpsListener, listenHttps } from "../../src/net/tls-listener.ts";
import { makePair } from "../certs/make-pair.ts";

const HOST = "127.0.0.1";
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const open: { destroy(): void }[] = [];
let listener: HttpsListener | undefined;
afterEach(async () => {
  for (const one of open.splice(0)) one.destroy();
  await listener?.close({ graceMs: 0 });
  listener = undefined;
});

/** The connection of a client that says hello when it is told to. */
class Caller extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(address: string, port: number) {
    super();
    this.remoteAddress = address;
    this.remotePort = port;
  }

  setTimeout(): this {
    return this;
  }

  override _read(): void {}

  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done();
  }
}

/** A server that only notes whose handshakes were begun. */
function pacedServer(pace: Partial<HandshakePace> = {}) {
  const server = createSecureServer();
  const begun: string[] = [];
  const callers: Caller[] = [];
  server.removeAllListeners("connection");
  server.on("connection", (caller: Caller) => begun.push(caller.remoteAddress));
  paceHandshakes(server, { waitForHelloMs: 10_000, ...pace });
  const call = (address: string, hello = "hello"): Caller => {
    const caller = new Caller(address, callers.length + 1);
    callers.push(caller);
    open.push(caller);
    server.emit("connection", caller);
    if (hello !== "") caller.push(hello);
    return caller;
  };
  /** As long as there is anything to begin. */
  const settle = async (): Promise<void> => {
    for (let quiet = 0, seen = 0; quiet < 5; quiet++) {
      await turn();
      if (begun.length !== seen) quiet = 0;
      seen = begun.length;
    }
  };
  return { server, begun, call, settle };
}

describe("paceHandshakes", () => {
  it("begins one in each turn of the event loop", async () => {
    const { begun, call } = pacedServer();
    for (let i = 0; i < 50; i++) call("127.0.0.1");
    let most = 0;
    for (let before = 0; begun.length < 50; before = begun.length) {
      await turn();
      most = Math.max(most, begun.length - before);
    }
    expect(most).toBe(1);
  });

  it("takes clients in turn, whoever called first and most", async () => {
    const { begun, call, settle } = pacedServer();
    for (let i = 0; i < 20; i++) call("192.0.2.1");
    call("192.0.2.2");
    call("2001:db8::1");
    await settle();
    expect(begun.slice(0, 3).toSorted()).toEqual(["192.0.2.1", "192.0.2.2", "2001:db8::1"]);
    expect(begun).toHaveLength(22);
  });

  it("begins no more of a client than it may leave unfinished, and the next when one has ended", async () => {
    const { server, begun, call, settle } = pacedServer({ maxUnfinishedPerClient: 3 });
    const calls = Array.from({ length: 6 }, () => call("192.0.2.1"));
    await settle();
    expect(begun).toHaveLength(3);
    call("192.0.2.2");
    await settle();
    expect(begun).toHaveLength(4);
    // One has shaken hands, one has gone.
    server.emit("secureConnection", calls[0]);
    calls[1]?.destroy();
    await settle();
    expect(begun).toHaveLength(6);
    for (const one of calls) one.destroy();
    await settle();
    call("192.0.2.1");
    await settle();
    expect(begun).toHaveLength(7);
  });

  it("does not hold this computer to a share", async () => {
    const { begun, call, settle } = pacedServer({ maxUnfinishedPerClient: 1 });
    for (const address of ["127.0.0.1", "127.0.0.1", "::1"]) call(address);
    await settle();
    expect(begun).toHaveLength(3);
  });

  it("closes the longest unfinished one when there are too many", async () => {
    const { call, begun, settle } = pacedServer({ maxUnfinished: 2 });
    const calls = [];
    for (let i = 1; i <= 4; i++) {
      calls.push(call(`192.0.2.${i}`));
      await settle();
    }
    expect(begun).toHaveLength(4);
    expect(calls.map(({ destroyed }) => destroyed)).toEqual([true, true, false, false]);
  });

  it("begins nothing for who says nothing, or hangs up", async () => {
    const { begun, call, settle } = pacedServer();
    call("192.0.2.1", "");
    call("192.0.2.2", "").push(null);
    call("192.0.2.3").destroy();
    await settle();
    expect(begun).toEqual([]);
  });
});

/** What a client says first. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, HOST);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const client = connect({ host: HOST, port, ALPNProtocols: ["http/1.1"] });
  client.on("error", () => {});
  const [socket]: Socket[] = await once(server, "connection");
  const [hello]: Buffer[] = socket ? await once(socket, "data") : [];
  client.destroy();
  socket?.destroy();
  server.close();
  return hello ?? Buffer.alloc(0);
}

async function handshake(port: number): Promise<TLSSocket> {
  const options = { host: HOST, port, rejectUnauthorized: false, ALPNProtocols: ["http/1.1"] };
  const socket = connect(options);
  open.push(socket);
  await once(socket, "secureConnect");
  return socket;
}

async function ask(socket: TLSSocket): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const [answer]: Buffer[] = await once(socket, "data");
  return (answer?.toString() ?? "").slice(0, 15);
}

describe("a flood of handshakes that nobody finishes", () => {
  it("leaves connected clients served, and new ones get in", async () => {
    const { certPem: cert, keyPem: key } = makePair();
    listener = await listenHttps({
      host: HOST,
      port: 0,
      names: ["docs.example.com"],
      pair: { cert, key },
      handshakes: { maxUnfinished: 16 },
      handler: () => new Response("hello\n"),
    });
    const { port } = listener;
    const hello = await clientHello();
    const client = await handshake(port);
    const seen = { answered: 0, closed: 0 };
    const flood = Array.from({ length: 200 }, () => {
      const socket = connectTcp(port, HOST, () => socket.write(hello));
      open.push(socket);
      socket.on("error", () => {});
      socket.once("data", () => (seen.answered += 1));
      socket.once("close", () => (seen.closed += 1));
      return socket;
    });
    while (seen.answered === 0) await turn();
    // Of 200 that came at once most still wait for their turn; the client does not wait for them.
    expect(await ask(client)).toBe("HTTP/1.1 200 OK");
    expect(seen.answered).toBeLessThan(flood.length);
    const newcomer = await handshake(port);
    expect(await ask(newcomer)).toBe("HTTP/1.1 200 OK");
    while (seen.answered < flood.length) await turn();
    while (seen.closed < flood.length - 16) await turn();
    expect(await ask(client)).toBe("HTTP/1.1 200 OK");
  });
});
