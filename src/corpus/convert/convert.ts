import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { ownFile } from "../../lib/own-file.ts";
import { remainingWaitMs } from "./remaining-wait.ts";

export interface Conversion {
  readonly kind: "asciidoc" | "pdf";
  /** What the converter of this kind takes; it is copied. */
  readonly input: unknown;
  /** What it may take of the processor before it is given up. */
  readonly timeoutMs: number;
}

const MAX_HEAP_MEGABYTES = 512;

/** Thrown by a converter: the library's own name and words for what is wrong. */
export class ConversionError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

let worker: Worker | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a conversion in the one thread that there is for them, after those asked for before.
 * Throws what the converter threw as a `ConversionError`, and a DocportError ERR_PAGE_UNREADABLE
 * when it took too long or too much memory; the thread is then replaced.
 */
export function convert(conversion: Conversion): Promise<unknown> {
  const turn = last.then(() => run(conversion));
  last = turn.catch(() => {});
  return turn;
}

async function run({ kind, input, timeoutMs }: Conversion): Promise<unknown> {
  worker ??= start();
  const current = worker;
  const timeout = timeoutOf(timeoutMs);
  current.ref();
  try {
    // Both are listened for before anything is sent; an error of the thread rejects the first.
    const answer = once(current, "message", { signal: timeout.signal });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has none
    current.postMessage({ kind, input });
    const [{ output, failure }] = await answer;
    if (failure) throw new ConversionError(failure.name, failure.message);
    return output;
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    worker = undefined;
    await current.terminate();
    const reason = timeout.signal.aborted
      ? `it takes more than ${timeoutMs / 1000} seconds to read`
      : `it cannot be read: ${messageOf(error)}`;
    throw new DocportError("ERR_PAGE_UNREADABLE", reason, {
      hint: "Split the document, or leave it out of the source.",
      cause: error,
    });
  } finally {
    timeout.clear();
    current.unref();
  }
}

/** Aborts when a conversion that begins now has had its time. */
function timeoutOf(timeoutMs: number): {
  readonly signal: AbortSignal;
  readonly clear: () => void;
} {
  const controller = new AbortController();
  const begunAt = performance.now();
  const begunWith = process.cpuUsage();
  let timer: NodeJS.Timeout;
  const look = (): void => {
    const { user, system } = process.cpuUsage(begunWith);
    const wallMs = performance.now() - begunAt;
    const waitMs = remainingWaitMs({ timeoutMs, wallMs, cpuMs: (user + system) / 1_000 });
    if (waitMs === 0) controller.abort();
    else timer = setTimeout(look, waitMs);
  };
  timer = setTimeout(look, timeoutMs);
  return { signal: controller.signal, clear: () => clearTimeout(timer) };
}

function start(): Worker {
  const started = new Worker(ownFile("corpus/convert/convert-worker.js"), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
    stdout: true,
    stderr: true,
  });
  started.on("exit", () => {
    if (worker === started) worker = undefined;
  });
  started.on("error", () => {});
  return started;
}
