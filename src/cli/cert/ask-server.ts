import type { Config } from "../../config.ts";
import { type CommandContext, EXIT_OK } from "../command.ts";
import { openCertificates } from "./cert-config.ts";

/** A server sees it at once, unless its file system does not tell; then within ten minutes. */
const TAKEN_WITHIN_MS = 10_000;

/**
 * Asks the server that keeps the certificate in this folder to renew it now, by a file in the folder;
 * or whichever replica orders, by a value in the store.
 * Resolves to the exit code: it was asked, whatever comes of it.
 */
export async function askServer(
  config: Config,
  isJson: boolean,
  context: CommandContext,
): Promise<number> {
  await using certificates = await openCertificates(config);
  const isTaken = await certificates.folder.requestRenewal(TAKEN_WITHIN_MS, context.signal);
  if (isJson) context.stdout(`${JSON.stringify({ requested: true, taken: isTaken }, null, 2)}\n`);
  else if (config.store !== undefined) context.stdout(isTaken ? REPLICA_TAKES : NO_REPLICA);
  else context.stdout(isTaken ? TAKEN : NOT_TAKEN);
  return EXIT_OK;
}

const TAKEN =
  "The server that runs on this folder is renewing the certificate. See `docport cert status`.\n";
const NOT_TAKEN =
  "The port is in use, and no server on this folder has answered yet. The request stays: a docport" +
  " that runs on it renews within ten minutes, and else the next one that starts.\n";
const REPLICA_TAKES =
  "The replica that orders is renewing the certificate. See `docport cert status`.\n";
const NO_REPLICA =
  "No replica has answered yet. The request stays in the store: one that runs renews within ten" +
  " minutes, and else the next one that starts.\n";
