import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/server";
import type { SseStream } from "./sse-stream.ts";

/** The SDK's end of an HTTP+SSE session: what it sends is an event of the stream. */
export class SseTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  readonly #stream: SseStream;

  constructor(stream: SseStream) {
    this.#stream = stream;
  }

  async start(): Promise<void> {
    // The stream was opened, and its first event written, when the client asked for it.
  }

  async send(message: JSONRPCMessage): Promise<void> {
    this.#stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
  }
}
