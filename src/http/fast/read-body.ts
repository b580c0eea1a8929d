import type { IncomingMessage } from "node:http";

/** What became of reading a body. */
export interface BodyReader {
  /** The whole of it. */
  readonly whole: (body: Buffer) => void;
  /** It comes in pieces, which are still to be read; so does what a slow or a hostile client sends. */
  readonly inPieces: () => void;
  /** The client went away before it had said all. */
  readonly gone: () => void;
}

/** Reads a body of so many bytes, provided that it comes in one piece. Calls one of the three, once. */
export function readBody(incoming: IncomingMessage, sizeBytes: number, reader: BodyReader): void {
  if (incoming.destroyed) {
    reader.gone();
    return;
  }
  let body: Buffer | undefined;
  const onEnd = (): void => {
    if (body) reader.whole(body);
  };
  const onError = (): void => {
    if (!incoming.readableEnded) reader.gone();
  };
  const onData = (chunk: Buffer): void => {
    if (chunk.byteLength === sizeBytes) {
      body = chunk;
      return;
    }
    incoming.off("data", onData).off("end", onEnd).off("error", onError).pause();
    incoming.unshift(chunk);
    reader.inPieces();
  };
  incoming.on("data", onData).on("end", onEnd).on("error", onError);
}
