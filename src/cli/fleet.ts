import { isRecord, stringIn } from "../certs/parse-json.ts";
import { toggle } from "../config/setting-types.ts";
import { type Config, loadConfig } from "../config.ts";
import { systemClock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import type { Replica } from "../store/replicas.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { printable } from "./terminal.ts";

interface FleetCommandOptions {
  readonly json: boolean;
}

const SYNTAX: CommandSyntax<FleetCommandOptions> = {
  name: "fleet",
  operands: "status | rekey",
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
  summary: "Show the replicas that share a store, or change the key of it.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport fleet status --store postgres://db/docport", "who is there, with what"],
      ["docport fleet rekey --store-key-file keys.txt", "seal everything with the first key there"],
    ],
    about:
      "`status` exits with 1 when no replica is alive. For `rekey` write the new key above the old" +
      " one in the file, give it to all replicas and restart them, then run it once.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const [action, surplus] = line.operands;
    if (surplus !== undefined || (action !== "status" && action !== "rekey")) {
      throw new DocportError("ERR_USAGE", "docport fleet: expected status or rekey", {
        hint: "See `docport fleet --help`.",
      });
    }
    const config = await loadConfig({
      flags: line.flags,
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
      env: context.env,
      cwd: context.cwd,
    });
    if (config.store === undefined) {
      throw new DocportError("ERR_USAGE", "docport fleet: no store is named", {
        hint: "Give --store postgres://…, or set store in docport.yaml.",
      });
    }
    return action === "status"
      ? showReplicas(config.store, line.options, context)
      : rekey(config.store, config, context);
  },
};

async function showReplicas(
  url: string,
  { json }: FleetCommandOptions,
  context: CommandContext,
): Promise<number> {
  const { Database } = await import("../store/database.ts");
  const { DEAD_AFTER_MS, leaseHolders, listReplicas } = await import("../store/replicas.ts");
  await using database = new Database({ url });
  const replicas = await listReplicas(database);
  const holders = await leaseHolders(database);
  const isAlive = ({ silentForMs }: Replica): boolean => silentForMs < DEAD_AFTER_MS;
  if (json) context.stdout(`${JSON.stringify({ replicas, holders }, null, 2)}\n`);
  else {
    const rows = replicas.map((replica) => describeReplica(replica, isAlive(replica), holders));
    context.stdout(
      rows.length > 0 ? `${rows.join("\n")}\n` : "No replica was here in the last day.\n",
    );
  }
  return replicas.some(isAlive) ? EXIT_OK : EXIT_FAILURE;
}

function describeReplica(
  { name, status, silentForMs }: Replica,
  isAlive: boolean,
  holders: readonly string[],
): string {
  const certificate = isRecord(status["certificate"]) ? status["certificate"] : {};
  const state = stringIn(certificate, "state");
  const notAfter = stringIn(certificate, "notAfter");
  const words = [
    isAlive ? "alive" : `silent for ${Math.round(silentForMs / 1000)} s`,
    ...(holders.includes(name) ? ["orders"] : []),
    ...(state === undefined ? [] : [`certificate ${state}`]),
    ...(notAfter === undefined ? [] : [`until ${notAfter}`]),
  ];
  return `  ${printable(name).padEnd(28)}${printable(words.join(", "))}`;
}

async function rekey(
  url: string,
  config: Pick<Config, "storeKeyFile" | "storeKey">,
  context: CommandContext,
): Promise<number> {
  const { readSealKeys } = await import("../fleet.ts");
  const { Database } = await import("../store/database.ts");
  const { PostgresStorage } = await import("../store/postgres-storage.ts");
  const { Sealer } = await import("../store/seal.ts");
  const sealer = new Sealer(await readSealKeys(config));
  await using database = new Database({ url });
  const storage = new PostgresStorage({ database, sealer, clock: systemClock, holder: "rekey" });
  const count = await storage.rekey();
  context.stdout(
    count === 0
      ? "Everything was sealed with the first key already.\n"
      : `Sealed ${count} values.\n`,
  );
  return EXIT_OK;
}
