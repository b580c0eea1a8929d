import type {
  CallToolResult,
  ReadResourceResult,
  Resource,
  Tool,
} from "@modelcontextprotocol/server";
import { jsonResult } from "./tool-result.ts";

/** How the server is, for people: sentences, none of which quotes a document. */
export interface ServerStatus {
  /** Whether it may get traffic. */
  readonly isReady: boolean;
  /** What there is to know of the index, a sentence each. */
  readonly index: readonly string[];
  /** The same of the certificate; empty when the server keeps none. */
  readonly certificate: readonly string[];
}

export const STATUS_TOOL = "server_status";
export const STATUS_URI = "docs://status";

export const statusTool: Tool = {
  name: STATUS_TOOL,
  title: "Status of this server",
  description:
    "Says in plain words how this documentation server is: how much it holds, how old its index is, which sources fail, how its certificate is and when it is renewed. For those who run it; it answers nothing about the documentation's subject.",
  inputSchema: { type: "object", properties: {} },
  outputSchema: {
    type: "object",
    properties: {
      ready: { type: "boolean", description: "Whether it may get traffic." },
      status: { type: "string" },
    },
    required: ["ready", "status"],
  },
  annotations: {
    title: "Status of this server",
    readOnlyHint: true,
    destructiveHint: false,
    // It says something else each time.
    idempotentHint: false,
    openWorldHint: false,
  },
};

export const statusResource: Resource = {
  uri: STATUS_URI,
  name: "status",
  title: "Status of this server",
  description: "How the index and the certificate are, in plain words.",
  mimeType: "text/plain",
};

export function callServerStatus(status: ServerStatus): CallToolResult {
  const value = { ready: status.isReady, status: statusText(status) };
  return jsonResult(JSON.stringify(value), value);
}

/** Not to be kept, whatever is said of other resources. */
export function readStatus(status: ServerStatus): ReadResourceResult {
  const text = `${statusText(status)}\n`;
  const contents = [{ uri: STATUS_URI, mimeType: "text/plain", text }];
  return { contents, ttlMs: 0, cacheScope: "private" };
}

function statusText({ isReady, index, certificate }: ServerStatus): string {
  const ready = isReady ? "The server is ready." : "The server is not ready for traffic.";
  return [ready, ...index, ...certificate].join("\n");
}
