import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { listenHttp } from "../../src/net/http-listener.ts";
import { WriteTurns } from "../../src/net/write-turns.ts";

describe("WriteTurns", () => {
  it("lets sixteen go on between two turns of the event loop, the first to wait first", async () => {
    const turns = new WriteTurns();
    const gone: number[] = [];
    for (let i = 0; i < 40; i++) void turns.next().then(() => gone.push(i));
    const counts: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      counts.push(gone.length);
    }
    expect(counts).toEqual([16, 32, 40, 40]);
    expect(gone).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });
});

describe("clients that never read", () => {
  it("do not keep the event loop while their buffers are filled", async () => {
    const CLIENTS = 5;
    const PIECES = 400;
    const piece = new Uint8Array(1_024);
    let made = 0;
    const finished: number[] = [];
    const listener = await listenHttp({
      host: "127.0.0.1",
      port: 0,
      handler: () => {
        let left = PIECES;
        return new Response(
          new ReadableStream({
            pull(controller) {
              made += 1;
              if (left-- > 0) return controller.enqueue(piece);
              controller.close();
              finished.push(made);
            },
          }),
        );
      },
    });
    const sockets = await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        const socket = connect(listener.port, "127.0.0.1").pause();
        await once(socket, "connect");
        socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        return socket;
      }),
    );
    let mostInATurn = 0;
    while (finished.length < sockets.length) {
      const before = made;
      await new Promise((resolve) => setImmediate(resolve));
      mostInATurn = Math.max(mostInATurn, made - before);
    }
    // All are 2,005. A turn is sixteen, and the first and second of those that have just asked.
    expect(mostInATurn).toBeLessThanOrEqual(16 + 2 * CLIENTS);
    for (const socket of sockets) socket.destroy();
    await listener.close({ graceMs: 0 });
  });
});
