import type { Command } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";
import { orderNow } from "./order-now.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "force" | "json">> = {
  name: "cert renew",
  operands: "",
  groups: ["server", "tls", "fleet", "logging"],
  options: { force: CERT_OPTIONS.force, json: CERT_OPTIONS.json },
};

export const certRenewCommand: Command = {
  name: "renew",
  summary: "Renew the certificate if it is due, or with --force.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert renew --domain docs.example.com", "renew it if it is due"],
      ["docport cert renew --domain docs.example.com --force", "after the key may have leaked"],
    ],
    about:
      "A server that runs renews by itself. When none runs, this listens on the server's ports while" +
      " the CA looks; when one does, --force asks it to renew now.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    return orderNow(config, { isForced: options.force, isJson: options.json }, context);
  },
};
