import { randomBytes } from "node:crypto";
import {
  createRequestStateCodec,
  InMemoryServerEventBus,
  McpServer,
} from "@modelcontextprotocol/server";
import { registerInputRequired } from "./overlay-input-required.ts";
import { registerPrompts } from "./overlay-prompts.ts";
import { registerResources } from "./overlay-resources.ts";
import { registerTools } from "./overlay-tools.ts";

/** What the conformance suite expects of the server that it tests, beside the protocol itself. */
export interface Overlay {
  readonly createServer: () => McpServer;
  readonly events: InMemoryServerEventBus;
}

/**
 * A server with the fixtures of the conformance suite, for our HTTP stack. Docport has no tool that
 * samples, elicits or sends images; this shows that the stack under it would carry them.
 */
export function createOverlay(): Overlay {
  const events = new InMemoryServerEventBus();
  const states = createRequestStateCodec<{ readonly round: number }>({ key: randomBytes(32) });
  return {
    events,
    createServer() {
      const server = new McpServer(
        { name: "conformance-overlay", version: "1.0.0" },
        {
          capabilities: {
            logging: {},
            tools: { listChanged: true },
            prompts: { listChanged: true },
            completions: {},
          },
          requestState: { verify: (state, context) => states.verify(state, context) },
        },
      );
      registerTools(server, events);
      registerInputRequired(server, states);
      registerResources(server);
      registerPrompts(server);
      return server;
    },
  };
}
