import { type Command, EXIT_OK } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { openCertificates, readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "json">> = {
  name: "cert rollover",
  operands: "",
  groups: ["tls", "fleet", "logging"],
  options: { json: CERT_OPTIONS.json },
};

export const certRolloverCommand: Command = {
  name: "rollover",
  summary: "Give the account at the CA a new key.",
  help: renderHelp(SYNTAX, {
    examples: [["docport cert rollover --domain docs.example.com", "after a backup went astray"]],
    about:
      "Makes a new key for the account at the CA and has the CA put it in the old one's place. The" +
      " old key is kept until the CA has said so; certificates are not touched.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    await using certificates = await openCertificates(config);
    const done = await certificates.folder.rollover(context.signal);
    context.stdout(
      options.json
        ? `${JSON.stringify(done, null, 2)}\n`
        : `The account ${done.account} has a new key.\n`,
    );
    return EXIT_OK;
  },
};
