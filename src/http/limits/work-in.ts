import type { RequestWork } from "./traffic-guard.ts";

/** The work that a JSON-RPC message or batch asks for; whether it is valid is not looked at. */
export function workIn(body: unknown): RequestWork {
  const messages: readonly unknown[] = Array.isArray(body) ? body : [body];
  return { messages: messages.length, searches: messages.filter(isSearch).length };
}

function isSearch(message: unknown): boolean {
  return (
    isRecord(message) &&
    message["method"] === "tools/call" &&
    isRecord(message["params"]) &&
    message["params"]["name"] === "search"
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
