import type { Command } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";
import { orderNow } from "./order-now.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "json">> = {
  name: "cert issue",
  operands: "",
  groups: ["server", "tls", "fleet", "logging"],
  options: { json: CERT_OPTIONS.json },
};

export const certIssueCommand: Command = {
  name: "issue",
  summary: "Get the certificate now, without serving.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert issue --domain docs.example.com --agree-tos", "get it before the first start"],
      ["docport cert issue --domain docs.example.com --staging --certs /tmp/try", "try it out"],
    ],
    about:
      "Listens on the ports of HTTPS and of the HTTP challenge for as long as the CA needs to look," +
      " and writes the certificate to the folder. Does nothing when there is a good one.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    return orderNow(config, { isForced: false, isJson: options.json }, context);
  },
};
