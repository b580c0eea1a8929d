import type { Clock } from "../lib/clock.ts";

/** Metadata and key sets are a few kilobytes. */
const MAX_BYTES = 512 * 1024;
const TIMEOUT_MS = 5_000;

/**
 * A JSON document of a provider. Rejects with an error that says what came instead: another status,
 * a redirect, more than 512 KiB, no JSON, or nothing within five seconds.
 */
export async function fetchJson(
  url: string,
  options: { readonly fetch: typeof fetch; readonly clock: Clock },
): Promise<unknown> {
  const over = new AbortController();
  const done = new AbortController();
  const timer = options.clock.sleep(TIMEOUT_MS, done.signal).then(
    () => over.abort(new Error(`${url} did not answer within ${TIMEOUT_MS / 1_000} s`)),
    () => undefined,
  );
  try {
    const response = await options.fetch(url, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: over.signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`${url} answered with status ${response.status}`);
    }
    return JSON.parse(await readBounded(response, url));
  } finally {
    done.abort();
    await timer;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function readBounded(response: Response, url: string): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new Error(`${url} answered with more than ${MAX_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
