/** Bytes that may wait for a client that does not read before its stream is cut. */
const MAX_QUEUED_BYTES = 1024 * 1024;

/** An event stream that is written from outside (WHATWG HTML, "Server-sent events"). */
export class SseStream {
  readonly #body: ReadableStream<Uint8Array>;
  readonly #onEnd: () => void;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  /** `onEnd` is called once, whoever ends it. */
  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
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

  /** Whole events. Cuts the stream instead of queueing without end. */
  write(events: string | Uint8Array): void {
    const controller = this.#controller;
    if (!controller) return;
    controller.enqueue(typeof events === "string" ? Buffer.from(events) : events);
    if ((controller.desiredSize ?? 0) <= 0) this.end();
  }

  end(): void {
    this.#controller?.close();
    this.#release();
  }

  toResponse(): Response {
    return new Response(this.#body, {
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
      },
    });
  }

  #release(): void {
    if (!this.#controller) return;
    this.#controller = undefined;
    this.#onEnd();
  }
}
