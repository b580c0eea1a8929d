import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A connection that sends what no HTTP client would. */
export async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  // A server that refuses may reset the connection while we still write.
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Sends the bytes as they are, and gives everything that comes back until the server closes. */
export async function sendRaw(url: string, bytes: string): Promise<string> {
  const socket = await openSocket(url);
  let answer = "";
  socket.on("data", (chunk: Buffer) => {
    answer += chunk.toString("latin1");
  });
  // Not `once`, which rejects when the connection is reset; that is a refusal too.
  const closed = new Promise((resolve) => socket.on("close", resolve));
  socket.write(bytes, "latin1");
  await closed;
  return answer;
}

/** The status of each answer in it, in order. */
export function statusesIn(answer: string): number[] {
  return [...answer.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
