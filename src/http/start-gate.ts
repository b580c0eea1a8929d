import type { Clock } from "../lib/clock.ts";
import type { HttpHandler } from "./http-options.ts";
import { isProbePath } from "./probe-paths.ts";
import { startingResponse } from "./starting-response.ts";

/** What stands at the door until the documentation has been read. */
export interface StartGate {
  fetch(request: Request, peerAddress?: string): Promise<Response>;
  /** From here on the handler answers, those who wait first. */
  open(handler: HttpHandler): void;
}

/** Shorter than what clients and proxies wait for an answer. */
const HOLD_MS = 20_000;

/**
 * Answers 503 at once, or with `holds` lets requests wait for up to 20 s: a server that takes over
 * the sockets of another one is asked by clients who know of no restart. Probes never wait.
 */
export function createStartGate({
  holds,
  clock,
}: {
  readonly holds: boolean;
  readonly clock: Clock;
}): StartGate {
  let handler: HttpHandler | undefined;
  let announce: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    announce = resolve;
  });

  const wait = async (request: Request): Promise<void> => {
    const waiting = new AbortController();
    const signal = AbortSignal.any([waiting.signal, request.signal]);
    await Promise.race([opened, clock.sleep(HOLD_MS, signal).catch(() => {})]);
    waiting.abort();
  };

  return {
    async fetch(request, peerAddress) {
      if (!handler && holds && !isProbePath(new URL(request.url).pathname)) await wait(request);
      return handler ? handler.fetch(request, peerAddress) : startingResponse(request);
    },
    open(opening) {
      handler = opening;
      announce();
    },
  };
}
