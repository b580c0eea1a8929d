import {
  acceptedContent,
  CLIENT_CAPABILITIES_META_KEY,
  type InputRequest,
  type InputRequests,
  inputRequired,
  inputResponse,
  type McpServer,
  type RequestStateCodec,
} from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { text } from "./overlay-tools.ts";

const NO_ARGUMENTS = z.object({});
const PREFIX = "test_input_required_result";

const CAPABILITIES = z.object({
  [CLIENT_CAPABILITIES_META_KEY]: z.looseObject({
    elicitation: z.unknown().optional(),
    sampling: z.unknown().optional(),
    roots: z.unknown().optional(),
  }),
});

type States = RequestStateCodec<{ readonly round: number }>;

const askFor = (property: string, type: "string" | "boolean" = "string"): InputRequest =>
  inputRequired.elicit({
    message: `What is your ${property}?`,
    requestedSchema: {
      type: "object",
      properties: { [property]: type === "string" ? { type } : { type } },
      required: [property],
    },
  });

const sample = (question: string): InputRequest =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens: 100,
  });

/** Tools that ask the client back (multi-round-trip requests, 2026-07-28). */
export function registerInputRequired(server: McpServer, states: States): void {
  registerSingleQuestions(server);
  registerStateful(server, states);

  server.registerTool(
    `${PREFIX}_capabilities`,
    { description: "Asks only what the client can answer", inputSchema: NO_ARGUMENTS },
    (_arguments, { mcpReq }) => {
      if (mcpReq.inputResponses !== undefined) return text("ok");
      const can = CAPABILITIES.parse(mcpReq.envelope)[CLIENT_CAPABILITIES_META_KEY];
      const inputRequests: InputRequests = {
        ...(can.elicitation ? { user_name: askFor("name") } : {}),
        ...(can.sampling ? { greeting: sample("Say hello") } : {}),
        ...(can.roots ? { client_roots: inputRequired.listRoots() } : {}),
      };
      return Object.keys(inputRequests).length > 0
        ? inputRequired({ inputRequests })
        : text("nothing to ask");
    },
  );
}

function registerSingleQuestions(server: McpServer): void {
  server.registerTool(
    `${PREFIX}_elicitation`,
    { description: "Asks for a name", inputSchema: NO_ARGUMENTS },
    (_arguments, { mcpReq }) => {
      const name = acceptedContent(mcpReq.inputResponses, "user_name")?.["name"];
      return typeof name === "string"
        ? text(`Hello, ${name}!`)
        : inputRequired({ inputRequests: { user_name: askFor("name") } });
    },
  );
  server.registerTool(
    `${PREFIX}_sampling`,
    { description: "Asks the client's model", inputSchema: NO_ARGUMENTS },
    (_arguments, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, "capital_question");
      return answer.kind === "sampling"
        ? text(JSON.stringify(answer.result.content))
        : inputRequired({
            inputRequests: { capital_question: sample("What is the capital of France?") },
          });
    },
  );
  server.registerTool(
    `${PREFIX}_list_roots`,
    { description: "Asks for the client's roots", inputSchema: NO_ARGUMENTS },
    (_arguments, { mcpReq }) => {
      const answer = inputResponse(mcpReq.inputResponses, "client_roots");
      return answer.kind === "roots"
        ? text(`${answer.roots.length} roots`)
        : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    },
  );
  server.registerTool(
    "test_missing_capability",
    { description: "Needs sampling", inputSchema: NO_ARGUMENTS },
    (_arguments, { mcpReq }) =>
      inputResponse(mcpReq.inputResponses, "llm").kind === "missing"
        ? inputRequired({ inputRequests: { llm: sample("ping") } })
        : text("ok"),
  );
}

function registerStateful(server: McpServer, states: States): void {
  const confirmations = { request_state: "state-ok", tampered_state: "integrity-ok" };
  for (const [name, answer] of Object.entries(confirmations)) {
    server.registerTool(
      `${PREFIX}_${name}`,
      { description: "Asks for a confirmation and keeps state", inputSchema: NO_ARGUMENTS },
      async (_arguments, { mcpReq }) =>
        mcpReq.requestState() !== undefined && acceptedContent(mcpReq.inputResponses, "confirm")
          ? text(answer)
          : inputRequired({
              inputRequests: { confirm: askFor("ok", "boolean") },
              requestState: await states.mint({ round: 1 }),
            }),
    );
  }
  server.registerTool(
    `${PREFIX}_multiple_inputs`,
    { description: "Asks three things at once", inputSchema: NO_ARGUMENTS },
    async (_arguments, { mcpReq }) => {
      const asked = ["user_name", "greeting", "client_roots"];
      return asked.every((key) => inputResponse(mcpReq.inputResponses, key).kind !== "missing")
        ? text("all three")
        : inputRequired({
            inputRequests: {
              user_name: askFor("name"),
              greeting: sample("Generate a greeting"),
              client_roots: inputRequired.listRoots(),
            },
            requestState: await states.mint({ round: 1 }),
          });
    },
  );
  server.registerTool(
    `${PREFIX}_multi_round`,
    { description: "Asks twice, one after the other", inputSchema: NO_ARGUMENTS },
    async (_arguments, { mcpReq }) => {
      const round = mcpReq.requestState<{ round: number }>()?.round ?? 0;
      if (round >= 2) return text("Multi-round complete");
      return inputRequired({
        inputRequests: { [`step${round + 1}`]: askFor(round === 0 ? "name" : "color") },
        requestState: await states.mint({ round: round + 1 }),
      });
    },
  );
}
