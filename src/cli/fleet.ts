import { isRecord, stringIn } from "../certs/parse-json.ts";
import { toggle } from "../config/setting-types.ts";
import { DocportError } from "../lib/errors.ts";
import type { KeptIndex } from "../store/index-list.ts";
import type { HeldLease, Replica } from "../store/replicas.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { loadStoreConfig } from "./store-config.ts";
import { printable } from "./terminal.ts";

interface FleetCommandOptions {
  readonly json: boolean;
}

const SYNTAX: CommandSyntax<FleetCommandOptions> = {
  name: "fleet",
  operands: "status",
  groups: ["fleet"],
  options: {
    json: {
      flag: "--json",
      type: toggle,
      fallback: false,
      doc: "Print the replicas as one JSON object.",
    },
  },
};

export const fleetCommand: Command = {
  name: "fleet",
  summary: "Show the replicas that share a store, and the indexes in it.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport fleet status --store postgres://db/docport", "who is there, with what"],
      ["docport fleet status --json", "for a script"],
    ],
    about:
      "Exits with 1 when no replica is alive. `docport index use` goes back to an index that is" +
      " listed here.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const [action, surplus] = line.operands;
    if (surplus !== undefined || action !== "status") {
      throw new DocportError("ERR_USAGE", "docport fleet: expected status", {
        hint: "See `docport fleet --help`.",
      });
    }
    const config = await loadStoreConfig("fleet", line, context);
    return showReplicas(config.store, line.options, context);
  },
};

async function showReplicas(
  url: string,
  { json }: FleetCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { Database } = await import("../store/database.ts");
  const { listIndexes } = await import("../store/index-list.ts");
  const { DEAD_AFTER_MS, leaseHolders, listReplicas } = await import("../store/replicas.ts");
  await using database = new Database({ url });
  const replicas = await listReplicas(database);
  const leases = await leaseHolders(database);
  const indexes = await listIndexes(database);
  const isAlive = ({ silentForMs }: Replica): boolean => silentForMs < DEAD_AFTER_MS;
  if (json) context.stdout(`${JSON.stringify({ replicas, leases, indexes }, null, 2)}\n`);
  else {
    const rows = replicas.map((replica) => describeReplica(replica, isAlive(replica), leases));
    const shown =
      rows.length > 0 ? ["Replicas", ...rows] : ["No replica was here in the last day."];
    if (indexes.length > 0) shown.push("", "Indexes", ...indexes.map(describeIndex));
    context.stdout(`${shown.join("\n")}\n`);
  }
  return replicas.some(isAlive) ? EXIT_OK : EXIT_FAILURE;
}

function describeReplica(
  { name, status, silentForMs }: Replica,
  isAlive: boolean,
  leases: readonly HeldLease[],
): string {
  const certificate = isRecord(status["certificate"]) ? status["certificate"] : {};
  const state = stringIn(certificate, "state");
  const notAfter = stringIn(certificate, "notAfter");
  const index = isRecord(status["index"]) ? status["index"] : {};
  const revision = stringIn(index, "revision");
  const missing = stringIn(index, "missing");
  const words = [
    isAlive ? "alive" : `silent for ${Math.round(silentForMs / 1000)} s`,
    ...leases.filter(({ holder }) => holder === name).map(({ lease }) => roleOf(lease)),
    ...(state === undefined ? [] : [`certificate ${state}`]),
    ...(notAfter === undefined ? [] : [`until ${notAfter}`]),
    ...(revision === undefined ? [] : [`revision ${revision.slice(0, SHOWN_CHARS)}`]),
    ...(missing === undefined ? [] : ["behind"]),
  ];
  return `  ${printable(name).padEnd(28)}${printable(words.join(", "))}`;
}

/** Of a revision: enough to tell a handful of them apart. */
const SHOWN_CHARS = 12;

function roleOf(lease: string): string {
  return lease === "index" ? "builds" : "orders";
}

function describeIndex(index: KeptIndex): string {
  const { revision, publishedAt, publishedBy, pages, sections, sizeBytes } = index;
  const words = [
    publishedAt.toISOString(),
    `${pages} pages, ${sections} sections`,
    `${(sizeBytes / 1024 ** 2).toFixed(1)} MB by ${publishedBy}`,
    ...(index.isNewest ? ["newest"] : []),
    ...(index.isPinned ? ["pinned"] : []),
  ];
  return `  ${revision.slice(0, SHOWN_CHARS).padEnd(14)}${printable(words.join(", "))}`;
}
