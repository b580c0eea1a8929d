import type { LedgerEntry, LedgerKind } from "../../certs/ledger/ledger-entry.ts";
import { type Command, EXIT_OK } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { printable } from "../terminal.ts";
import { openCertificates, readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";
import { isoInstant, shortInstant } from "./instants.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "limit" | "json">> = {
  name: "cert history",
  operands: "",
  groups: ["tls", "fleet", "logging"],
  options: { limit: CERT_OPTIONS.limit, json: CERT_OPTIONS.json },
};

export const certHistoryCommand: Command = {
  name: "history",
  summary: "Show what was asked of the CA, and what came of it.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert history --domain docs.example.com", "the last fifty entries"],
      ["docport cert history --domain docs.example.com --json --limit 1000", "for a script"],
    ],
    about: "Reads the ledger in the certificates folder, oldest first. Nobody is asked.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    await using certificates = await openCertificates(config);
    const entries = (await certificates.folder.history()).slice(-options.limit);
    context.stdout(options.json ? historyJson(entries) : historyText(entries));
    return EXIT_OK;
  },
};

function historyJson(entries: readonly LedgerEntry[]): string {
  const shown = entries.map(({ at, until, notAfter, ...entry }) => ({
    at: isoInstant(at),
    ...entry,
    ...(until !== undefined && { until: isoInstant(until) }),
    ...(notAfter !== undefined && { notAfter: isoInstant(notAfter) }),
  }));
  return `${JSON.stringify({ entries: shown }, null, 2)}\n`;
}

const WHAT: Readonly<Record<LedgerKind, string>> = {
  attempt: "attempt",
  "account-requested": "account asked for",
  "order-requested": "order placed",
  "order-created": "order made",
  "order-resumed": "order gone on with",
  "order-closed": "order given up",
  "validation-requested": "CA told to look",
  validated: "name proved",
  "validation-failed": "name not proved",
  "finalize-requested": "certificate asked for",
  issued: "certificate issued",
  failed: "failed",
  "cause-gone": "cause is gone",
  revoked: "certificate revoked",
};

const WHAT_COLUMN = 24;
const CA_COLUMN = 32;

/** The entries as a table. */
export function historyText(entries: readonly LedgerEntry[]): string {
  if (entries.length === 0) return "Nothing was asked of a CA yet.\n";
  return entries
    .map((entry) => {
      const ca = URL.canParse(entry.ca) ? new URL(entry.ca).host : entry.ca;
      const columns = [
        shortInstant(entry.at),
        WHAT[entry.kind].padEnd(WHAT_COLUMN),
        printable(ca).padEnd(CA_COLUMN),
        printable(detailOf(entry)),
      ];
      return `${columns.join("  ").trimEnd()}\n`;
    })
    .join("");
}

function detailOf(entry: LedgerEntry): string {
  const { kind, why, exempt, identifier, challenge, detail, until, serialNumber, notAfter } = entry;
  const parts = [
    kind === "failed" ? undefined : why,
    exempt ? "in the CA's window" : undefined,
    identifier === undefined ? undefined : `${identifier} by ${challenge ?? "?"}`,
    detail,
    until === undefined ? undefined : `next attempt from ${shortInstant(until)}`,
    serialNumber,
    notAfter === undefined ? undefined : `valid until ${shortInstant(notAfter)}`,
  ];
  return parts.filter((part) => part !== undefined).join("; ");
}
