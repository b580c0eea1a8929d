import { request } from "node:http";
import type { HttpAnswer, HttpQuestion, PortProbe } from "../certs/doctor/doctor-world.ts";
import { DocportError } from "../lib/errors.ts";
import { listenHttp } from "./http-listener.ts";

/** A question of the doctor's own; anything else gets no echo. */
const NONCE = /\/(docport-doctor-[a-z0-9]{24})$/;
const MAX_BODY_CHARS = 1_024;

/** Listens on the port, if we may, and answers the doctor's questions to it with their nonce. */
export async function probePort(host: string, port: number): Promise<PortProbe> {
  try {
    const listener = await listenHttp({
      host,
      port,
      handler: ({ url }) => {
        const nonce = NONCE.exec(new URL(url).pathname)?.[1];
        return new Response(nonce ?? "docport doctor is looking at this port\n", {
          status: nonce === undefined ? 503 : 200,
        });
      },
    });
    return { kind: "ours", close: () => listener.close({ graceMs: 100 }) };
  } catch (error) {
    if (error instanceof DocportError) return { kind: "closed", error };
    throw error;
  }
}

/** One GET over plain HTTP to an address of choice; redirects are not followed, no connection kept. */
export function getPlain(
  { address, port, host, path }: HttpQuestion,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: address ?? host.replace(/^\[(.*)\]$/, "$1"),
        port,
        path,
        headers: { host: host.includes(":") && !host.startsWith("[") ? `[${host}]` : host },
        agent: false,
        signal,
      },
      (incoming) => {
        const answer = (body: string): HttpAnswer => ({
          status: incoming.statusCode ?? 0,
          location: incoming.headers.location,
          body: body.slice(0, MAX_BODY_CHARS),
        });
        let body = "";
        incoming.setEncoding("latin1");
        incoming.on("data", (chunk: string) => {
          body += chunk;
          if (body.length < MAX_BODY_CHARS) return;
          resolve(answer(body));
          incoming.destroy();
        });
        incoming.on("end", () => resolve(answer(body)));
        incoming.on("error", reject);
      },
    );
    outgoing.on("error", reject);
    outgoing.end();
  });
}
