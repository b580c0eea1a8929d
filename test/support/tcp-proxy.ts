import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /**
   * Where new connections go, one after the other; none: they are cut at once. Until the first call
   * they wait.
   */
  lead(ports: readonly number[]): void;
  /** Ends every connection that is open. */
  cut(): void;
  /** Keeps back all answers on the connections that are open; resolves when something was asked. */
  hold(): Promise<void>;
  /** Passes on what was held. */
  release(): void;
}

/** Passes connections on, as a load balancer in TCP mode does, and can be cut like a cable. */
export async function tcpProxy(port = 0): Promise<TcpProxy> {
  let targets: readonly number[] = [];
  let turn = 0;
  let tellLed = (): void => {};
  const led = new Promise<void>((resolve) => {
    tellLed = resolve;
  });
  const open = new Set<Socket>();
  const held = new Set<Socket>();
  const links = new Map<Socket, Socket>();
  const keep = (socket: Socket): void => {
    open.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => open.delete(socket));
  };
  const pass = (near: Socket): void => {
    const target = targets[turn++ % Math.max(1, targets.length)];
    if (target === undefined) {
      near.destroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    keep(far);
    links.set(near, far);
    near.once("close", () => {
      links.delete(near);
      far.destroy();
    });
    far.once("close", () => near.destroy());
    near.pipe(far).pipe(near);
  };
  const server = createServer((near) => {
    keep(near);
    void led.then(() => pass(near));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: typeof address === "object" ? (address?.port ?? 0) : 0,
    lead(ports) {
      targets = ports;
      tellLed();
    },
    cut,
    async hold() {
      for (const far of links.values()) held.add(far.pause());
      await Promise.race([...links.keys()].map((near) => once(near, "data")));
    },
    release() {
      for (const far of held) far.resume();
      held.clear();
    },
    async [Symbol.asyncDispose]() {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
