import { EventEmitter, once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { ask } from "../support/http-over.ts";

/** A client of HTTP+SSE, whose messages go over new connections. */
export interface SseClient {
  /** Of its stream's connection, as the server sees it. */
  readonly port: number;
  /** Resolves with the result that comes over the stream. */
  ask(method: string, params?: object): Promise<unknown>;
  /** Resolves when a notification of this name has come. */
  told(method: string): Promise<void>;
  close(): void;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
}

export async function openSse(origin: string): Promise<SseClient> {
  const outgoing = get(`${origin}/sse`, { agent: false, headers: { accept: "text/event-stream" } });
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const heard = new EventEmitter();
  heard.setMaxListeners(100);
  const messages: Message[] = [];
  let path: string | undefined;
  let text = "";
  incoming.setEncoding("utf8");
  incoming.on("data", (chunk: string) => {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (data === undefined) continue;
      if (event.includes("event: endpoint")) path = data;
      else messages.push(JSON.parse(data) as Message);
    }
    heard.emit("event");
  });
  incoming.on("error", () => {});
  const until = async <T>(find: () => T | undefined): Promise<T> => {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      await once(heard, "event");
    }
  };
  const endpoint = await until(() => path);
  let ids = 0;
  const send = async (message: object): Promise<void> => {
    const { status, body } = await ask(`${origin}${endpoint}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", ...message }),
    });
    if (status !== 202) throw new Error(`${status} ${body}`);
  };
  const request = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++ids;
    await send({ id, method, params });
    return (await until(() => messages.find((one) => one.id === id))).result;
  };
  await request("initialize", {
    protocolVersion: "2024-11-05",
    capabilities: {},
    clientInfo: { name: "test", version: "1" },
  });
  await send({ method: "notifications/initialized" });
  return {
    port: incoming.socket.localPort ?? 0,
    ask: request,
    async told(method) {
      await until(() => messages.find((one) => one.method === method));
    },
    close: () => void incoming.destroy(),
  };
}
