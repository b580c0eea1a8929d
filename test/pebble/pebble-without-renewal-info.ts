import { once } from "node:events";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { DAY_MS, newCa, newKey, newLeaf, pemOf } from "../support/certificates.ts";
import type { Pebble } from "./start-pebble.ts";

/**
 * Pebble behind a proxy that takes renewal information out of its directory: Pebble suggests a window
 * of two days, whatever the lifetime is, and a certificate of seconds would not be renewed in time.
 */
export async function withoutRenewalInfo(pebble: Pebble): Promise<Pebble> {
  const now = Date.now();
  const root = newCa("proxy root", undefined, now);
  const key = newKey();
  const dates = { notBefore: now - DAY_MS, notAfter: now + DAY_MS };
  const cert = newLeaf({ ca: root, names: ["localhost"], key, ...dates });
  const target = new URL(pebble.directoryUrl);
  const server = createServer({ key: pemOf(key), cert }, (incoming, outgoing) => {
    // With the client's Host, from which Pebble makes the URLs in its answers.
    const forwarded = request(
      {
        host: target.hostname,
        port: target.port,
        ca: pebble.apiRoots,
        servername: "localhost",
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (answer) => {
        const { "content-length": _, ...headers } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, headers);
        if (incoming.url !== target.pathname) answer.pipe(outgoing);
        else void text(answer).then((json) => outgoing.end(withoutMember(json, "renewalInfo")));
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ...pebble,
    directoryUrl: `https://localhost:${port}${target.pathname}`,
    apiRoots: root.pem,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
      await pebble[Symbol.asyncDispose]();
    },
  };
}

function withoutMember(json: string, name: string): string {
  const { [name]: _, ...rest } = JSON.parse(json) as Record<string, unknown>;
  return JSON.stringify(rest);
}
