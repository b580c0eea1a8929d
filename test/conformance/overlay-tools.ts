import {
  type CallToolResult,
  fromJsonSchema,
  type McpServer,
  type ServerEventBus,
} from "@modelcontextprotocol/server";
import * as z from "zod/v4";
import { PNG_BASE64, WAV_BASE64 } from "./overlay-media.ts";

/** Clients send it as `Mcp-Param-Region` too (SEP-2243). */
const REGION = { type: "string", "x-mcp-header": "Region" } as const;
const NO_ARGUMENTS = z.object({});

export function text(value: string): CallToolResult {
  return { content: [{ type: "text", text: value }] };
}

/** Tools that answer at once: every kind of content, an error, progress, a log line, headers. */
export function registerTools(server: McpServer, events: ServerEventBus): void {
  const fixed: Readonly<Record<string, CallToolResult["content"]>> = {
    test_simple_text: [{ type: "text", text: "This is a simple text response for testing." }],
    test_image_content: [{ type: "image", data: PNG_BASE64, mimeType: "image/png" }],
    test_audio_content: [{ type: "audio", data: WAV_BASE64, mimeType: "audio/wav" }],
    test_embedded_resource: [
      {
        type: "resource",
        resource: {
          uri: "test://embedded-resource",
          mimeType: "text/plain",
          text: "This is an embedded resource content.",
        },
      },
    ],
    test_multiple_content_types: [
      { type: "text", text: "Multiple content types test:" },
      { type: "image", data: PNG_BASE64, mimeType: "image/png" },
      {
        type: "resource",
        resource: {
          uri: "test://mixed-content-resource",
          mimeType: "application/json",
          text: JSON.stringify({ test: "data", value: 123 }),
        },
      },
    ],
    test_streaming_elicitation: [{ type: "text", text: "ok" }],
  };
  for (const [name, content] of Object.entries(fixed)) {
    server.registerTool(name, { description: name, inputSchema: NO_ARGUMENTS }, () => ({
      content,
    }));
  }

  server.registerTool(
    "test_error_handling",
    { description: "Always fails", inputSchema: NO_ARGUMENTS },
    () => {
      throw new Error("This tool intentionally returns an error for testing");
    },
  );
  server.registerTool(
    "test_tool_with_progress",
    { description: "Reports progress three times", inputSchema: NO_ARGUMENTS },
    async (_arguments, { mcpReq }) => {
      const { _meta: meta } = mcpReq;
      const progressToken = meta?.progressToken ?? 0;
      for (const progress of [0, 50, 100]) {
        await mcpReq.notify({
          method: "notifications/progress",
          params: { progressToken, progress, total: 100 },
        });
      }
      return text("done");
    },
  );
  server.registerTool(
    "test_logging_tool",
    { description: "Logs one line", inputSchema: NO_ARGUMENTS },
    async (_arguments, { mcpReq }) => {
      await mcpReq.log("info", "a log line");
      return text("ok");
    },
  );
  const triggers = { tool: "tools_list_changed", prompt: "prompts_list_changed" } as const;
  for (const [what, kind] of Object.entries(triggers)) {
    server.registerTool(
      `test_trigger_${what}_change`,
      { description: `Says that the ${what}s have changed`, inputSchema: NO_ARGUMENTS },
      () => {
        events.publish({ kind });
        return text("ok");
      },
    );
  }
  registerSchemaTools(server);
}

function registerSchemaTools(server: McpServer): void {
  server.registerTool(
    "test_x_mcp_header",
    {
      description: "Mirrors an argument in a header",
      inputSchema: fromJsonSchema<{ region?: string; level?: number }>({
        type: "object",
        properties: {
          region: REGION,
          level: { type: "integer" },
        },
      }),
    },
    ({ region }) => text(`region=${region ?? ""}`),
  );
  server.registerTool(
    "json_schema_2020_12_tool",
    {
      description: "Has a schema with the keywords of JSON Schema 2020-12",
      inputSchema: fromJsonSchema({
        $schema: "https://json-schema.org/draft/2020-12/schema",
        type: "object",
        $defs: {
          address: {
            $anchor: "addressDef",
            type: "object",
            properties: { street: { type: "string" }, city: { type: "string" } },
          },
        },
        properties: {
          name: { type: "string" },
          address: { $ref: "#/$defs/address" },
          contactMethod: { type: "string", enum: ["phone", "email"] },
          phone: { type: "string" },
          email: { type: "string" },
        },
        allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
        if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { required: ["phone"] },
        else: { required: ["email"] },
        additionalProperties: false,
      }),
    },
    (given) => text(JSON.stringify(given)),
  );
}
