import {
  acceptedContent,
  completable,
  type GetPromptResult,
  inputRequired,
  type McpServer,
  type PromptMessage,
} from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { PNG_BASE64 } from "./overlay-media.ts";

const asUser = (...contents: PromptMessage["content"][]): GetPromptResult => ({
  messages: contents.map((content) => ({ role: "user", content })),
});

export function registerPrompts(server: McpServer): void {
  server.registerPrompt("test_simple_prompt", { description: "One line" }, () =>
    asUser({ type: "text", text: "This is a simple prompt for testing." }),
  );
  server.registerPrompt(
    "test_prompt_with_arguments",
    {
      description: "Two arguments, the first with completion",
      argsSchema: z.object({
        arg1: completable(z.string(), (typed) =>
          ["paris", "park", "party"].filter((word) => word.startsWith(typed)),
        ),
        arg2: z.string(),
      }),
    },
    ({ arg1, arg2 }) =>
      asUser({ type: "text", text: `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'` }),
  );
  server.registerPrompt(
    "test_prompt_with_embedded_resource",
    { description: "Carries a resource", argsSchema: z.object({ resourceUri: z.string() }) },
    ({ resourceUri }) =>
      asUser(
        {
          type: "resource",
          resource: {
            uri: resourceUri,
            mimeType: "text/plain",
            text: "Embedded resource content for testing.",
          },
        },
        { type: "text", text: "Please process the embedded resource above." },
      ),
  );
  server.registerPrompt("test_prompt_with_image", { description: "Carries an image" }, () =>
    asUser(
      { type: "image", data: PNG_BASE64, mimeType: "image/png" },
      { type: "text", text: "Please analyze the image above." },
    ),
  );
  server.registerPrompt(
    "test_input_required_result_prompt",
    { description: "Asks for context first" },
    ({ mcpReq }) => {
      const context = acceptedContent(mcpReq.inputResponses, "user_context");
      if (context) return asUser({ type: "text", text: JSON.stringify(context) });
      const requestedSchema = {
        type: "object" as const,
        properties: { context: { type: "string" as const } },
        required: ["context"],
      };
      return inputRequired({
        inputRequests: {
          user_context: inputRequired.elicit({ message: "Which context?", requestedSchema }),
        },
      });
    },
  );
}
