import type { Catalog } from "../../src/catalog/catalog.ts";
import { legacy, messageIn, post } from "../http/mcp-requests.ts";
import { createTestHandler } from "../support/start-server.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- what a tool gives is looked at by its test
type Given = any;

/** What a tool gives over a catalog, or with `list` the list of tools. */
export async function callTool(catalog: Catalog, name: string, given: object): Promise<Given> {
  const handler = createTestHandler({}, catalog);
  const message =
    name === "list" ? legacy("tools/list") : legacy("tools/call", { name, arguments: given });
  const answer = (await messageIn(
    await handler.fetch(post("http://localhost/mcp", message)),
  )) as Given;
  return answer.result.structuredContent ?? answer.result;
}
