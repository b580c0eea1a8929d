import type { McpServer, Server, ServerEvent, ServerEventBus } from "@modelcontextprotocol/server";
import type { CatalogFacts } from "../catalog/catalog.ts";
import type { CatalogChanges } from "../catalog/compare-catalogs.ts";
import { describeCorpus } from "./corpus-description.ts";
import type { ServingContext } from "./mcp-options.ts";
import { INDEX_URI, pageUri } from "./page-urls.ts";
import { defineTools } from "./tool-definitions.ts";

/** What clients are to be told when a catalog takes the place of another. */
export function changeEvents(
  before: CatalogFacts,
  after: CatalogFacts,
  { added, changed, removed }: CatalogChanges,
): readonly ServerEvent[] {
  const events: ServerEvent[] = [];
  const tools = [before, after].map((facts) => JSON.stringify(defineTools(describeCorpus(facts))));
  if (tools[0] !== tools[1]) events.push({ kind: "tools_list_changed" });
  // A changed page may have another title, which the list shows.
  if (added.length + changed.length + removed.length > 0) {
    events.push({ kind: "resources_list_changed" }, { kind: "resource_updated", uri: INDEX_URI });
  }
  for (const id of [...changed, ...removed]) {
    events.push({ kind: "resource_updated", uri: pageUri(id) });
  }
  return events;
}

/**
 * Tells the client of one connection, from now until the connection closes. A client of an older
 * protocol is told of lists only, which it need not ask for.
 */
export function sendChanges(
  given: Server | McpServer,
  events: ServerEventBus,
  { era }: Pick<ServingContext, "era">,
): void {
  const server = "server" in given ? given.server : given;
  const unsubscribe = events.subscribe((event) => {
    if (era === "legacy" && event.kind === "resource_updated") return;
    // A connection that cannot be written to ends, and with it this.
    sendChange(server, event).catch(() => {});
  });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has no other way
  server.onclose = unsubscribe;
}

async function sendChange(server: Server, event: ServerEvent): Promise<void> {
  switch (event.kind) {
    case "tools_list_changed":
      return server.sendToolListChanged();
    case "prompts_list_changed":
      return server.sendPromptListChanged();
    case "resources_list_changed":
      return server.sendResourceListChanged();
    case "resource_updated":
      return server.sendResourceUpdated({ uri: event.uri });
  }
}
