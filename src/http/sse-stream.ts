import { EventEmitter } from "node:events";

/** Bytes that may wait for a client that does not read before its stream is cut. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/**
 * A `Response` whose body is written like a `node:http` response: the part of `ServerResponse` that
 * the SDK's `SSEServerTransport` uses (`writeHead`, `write`, `end`, and the event `close`).
 */
export class SseStream extends EventEmitter {
  readonly #body: ReadableStream<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #status = 200;
  #headers: Readonly<Record<string, string>> = {};

  constructor() {
    super();
    this.#body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        cancel: () => this.#release(),
      },
      { highWaterMark: MAX_QUEUED_BYTES, size: (chunk) => chunk.byteLength },
    );
  }

  get isOpen(): boolean {
    return this.#controller !== undefined;
  }

  writeHead(status: number, headers: Readonly<Record<string, string>>): this {
    this.#status = status;
    this.#headers = headers;
    return this;
  }

  /** Cuts the stream instead of queueing without end. */
  write(text: string): boolean {
    const controller = this.#controller;
    if (!controller) return false;
    controller.enqueue(this.#encoder.encode(text));
    if ((controller.desiredSize ?? 0) > 0) return true;
    this.end();
    return false;
  }

  end(): this {
    this.#controller?.close();
    this.#release();
    return this;
  }

  toResponse(): Response {
    const headers = new Headers(this.#headers);
    // A hop-by-hop header is the connection's own business (RFC 9110 section 7.6.1).
    headers.delete("connection");
    headers.set("x-accel-buffering", "no");
    return new Response(this.#body, { status: this.#status, headers });
  }

  #release(): void {
    if (!this.#controller) return;
    this.#controller = undefined;
    this.emit("close");
  }
}
