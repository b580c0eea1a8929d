import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { systemClock } from "../../../src/lib/clock.ts";
import { newCa, newKey, newLeaf, pemOf } from "../certificates.ts";
import type { AcmeCa } from "./create-acme-ca.ts";

export interface ListeningAcmeCa extends AsyncDisposable {
  readonly directoryUrl: string;
  /** PEM of the root that the listener's own certificate ends at. */
  readonly apiRoots: string;
}

/** Puts the CA on a real HTTPS socket of the loopback; its faults happen on the wire. */
export async function listenAcmeCa(ca: AcmeCa): Promise<ListeningAcmeCa> {
  const now = Date.now();
  const root = newCa("API root", undefined, now);
  const key = newKey();
  const dates = { notBefore: now - 3_600_000, notAfter: now + 86_400_000 };
  const cert = newLeaf({ ca: root, names: ["localhost", "127.0.0.1"], key, ...dates });
  const server = createServer({ key: pemOf(key), cert }, (incoming, outgoing) => {
    answer(ca, incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  ca.server.origin = `https://localhost:${port}`;
  return {
    directoryUrl: ca.directoryUrl,
    apiRoots: root.pem,
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

async function answer(
  ca: AcmeCa,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]);
  const delivery = ca.play({
    method: incoming.method ?? "GET",
    url: `${ca.server.origin}${incoming.url ?? "/"}`,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: Buffer.concat(chunks).toString(),
  });
  if (delivery.kind === "hang") return;
  if (delivery.kind === "broken") {
    incoming.socket.destroy();
    return;
  }
  const { status, headers: own, body } = delivery.response;
  outgoing.writeHead(status, { ...own, "content-length": body.length });
  switch (delivery.kind) {
    case "whole":
      outgoing.end(body);
      return;
    case "late":
      await systemClock.sleep(delivery.ms);
      outgoing.end(body);
      return;
    case "cut":
      outgoing.write(body.subarray(0, delivery.bytes), () => incoming.socket.destroy());
      return;
    case "drip":
      for (const byte of body) {
        if (outgoing.destroyed) return;
        outgoing.write(Uint8Array.of(byte));
        await systemClock.sleep(delivery.msPerByte);
      }
      outgoing.end();
  }
}
