import { once } from "node:events";
import { createServer } from "node:http";
import { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { guardConnections } from "../../src/net/guard-connections.ts";
import { FakeClock } from "../support/fake-clock.ts";

/** A socket from an address of the test's own; nothing is ever sent over it. */
function socketFrom(address: string): Socket {
  return Object.defineProperty(new Socket(), "remoteAddress", { value: address });
}

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Which of the connections from these addresses are served. */
function servedOf(addresses: readonly string[], perClient: number): boolean[] {
  const server = createServer();
  const served = new Set<unknown>();
  server.removeAllListeners("connection");
  server.on("connection", (socket) => served.add(socket));
  const budget = { maxConnections: 100, maxConnectionsPerClient: perClient };
  guardConnections(server, budget, { clock: new FakeClock(), isSecure: true });
  return addresses.map((address) => {
    const socket = socketFrom(address);
    sockets.push(socket);
    server.emit("connection", socket);
    return served.has(socket);
  });
}

describe("guardConnections", () => {
  it.each([
    ["an IPv4 address", ["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"]],
    ["a /64", ["2001:db8::1", "2001:db8::2", "2001:db8::3:4:5:6", "2001:db8:0:1::1"]],
  ])("holds %s to its share, and no neighbour", (_name, addresses) => {
    expect(servedOf(addresses, 2)).toEqual([true, true, false, true]);
  });

  it("does not hold this computer to a share", () => {
    expect(servedOf(["127.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"], 1)).not.toContain(false);
  });

  it("takes a client in again when its connection has closed", async () => {
    const server = createServer();
    const served: Socket[] = [];
    server.removeAllListeners("connection");
    server.on("connection", (socket: Socket) => served.push(socket));
    const budget = { maxConnections: 100, maxConnectionsPerClient: 1 };
    guardConnections(server, budget, { clock: new FakeClock(), isSecure: true });
    const first = socketFrom("192.0.2.1");
    server.emit("connection", first);
    first.destroy();
    await once(first, "close");
    const second = socketFrom("192.0.2.1");
    sockets.push(second);
    server.emit("connection", second);
    expect(served).toEqual([first, second]);
  });
});
