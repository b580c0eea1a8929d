import { DocportError } from "../lib/errors.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert/cert-options.ts";
import { certDrillCommand } from "./cert/drill.ts";
import { certHistoryCommand } from "./cert/history.ts";
import { certIssueCommand } from "./cert/issue.ts";
import { certRenewCommand } from "./cert/renew.ts";
import { certRevokeCommand } from "./cert/revoke.ts";
import { certRolloverCommand } from "./cert/rollover.ts";
import { certStatusCommand } from "./cert/status.ts";
import type { Command } from "./command.ts";
import type { CommandSyntax } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { printable } from "./terminal.ts";

const SUBCOMMANDS: readonly Command[] = [
  certStatusCommand,
  certIssueCommand,
  certRenewCommand,
  certRevokeCommand,
  certRolloverCommand,
  certHistoryCommand,
  certDrillCommand,
];

const SYNTAX: CommandSyntax<CertOptions> = {
  name: "cert",
  operands: "COMMAND",
  groups: ["server", "tls", "logging"],
  options: CERT_OPTIONS,
};

const NAME_COLUMN = 10;

export const certCommand: Command = {
  name: "cert",
  summary: "Look at, get, renew and revoke the server's certificate.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert status --domain docs.example.com", "how it stands and what happens next"],
      ["docport cert issue --domain docs.example.com --agree-tos", "get it without serving"],
      ["docport cert drill", "play a year of renewals"],
    ],
    about:
      "A server keeps its certificate by itself; these commands are for looking at it and for when no" +
      " server runs. `docport cert COMMAND --help` shows what a command takes.",
    commands: SUBCOMMANDS.map(({ name, summary }) => [name.padEnd(NAME_COLUMN), summary]),
  }),

  helpOf: (topic) => SUBCOMMANDS.find(({ name }) => name === topic)?.help,

  async run([name, ...rest], context) {
    const command = SUBCOMMANDS.find((one) => one.name === name);
    if (command) return command.run(rest, context);
    throw unknownSubcommand(name);
  },
};

function unknownSubcommand(name: string | undefined): DocportError {
  const names = SUBCOMMANDS.map((one) => one.name);
  if (name === undefined || name.startsWith("-")) {
    return new DocportError("ERR_USAGE", "docport cert: which command?", {
      hint: `One of ${names.join(", ")}: it comes right after cert.`,
    });
  }
  const nearest = nearestName(name, names);
  return new DocportError(
    "ERR_USAGE",
    `docport cert has no command ${JSON.stringify(printable(name.slice(0, 80)))}`,
    {
      hint:
        nearest === undefined
          ? `It has ${names.join(", ")}.`
          : `Did you mean \`docport cert ${nearest}\`?`,
    },
  );
}
