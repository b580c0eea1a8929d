import { DocportError } from "../../lib/errors.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK } from "../command.ts";
import type { CommandSyntax } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { printable } from "../terminal.ts";
import { openCertificates, readCertCommandLine } from "./cert-config.ts";
import { CERT_OPTIONS, type CertOptions } from "./cert-options.ts";
import { shortInstant } from "./instants.ts";

const SYNTAX: CommandSyntax<Pick<CertOptions, "reason" | "yes" | "json">> = {
  name: "cert revoke",
  operands: "",
  groups: ["tls", "fleet", "logging"],
  options: { reason: CERT_OPTIONS.reason, yes: CERT_OPTIONS.yes, json: CERT_OPTIONS.json },
};

export const certRevokeCommand: Command = {
  name: "revoke",
  summary: "Revoke the certificate: nobody shall trust it any more.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert revoke --domain docs.example.com", "after a question"],
      [
        "docport cert revoke --domain docs.example.com --reason key-compromise --yes",
        "when the key has leaked, in a script",
      ],
    ],
    about:
      "Revokes the certificate in the folder, as the account that ordered it or, when the account is" +
      " gone, by the certificate's own key. The files stay. A server that runs on this folder gets" +
      " another one at once; else the next start does, or `docport cert renew`.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    await using certificates = await openCertificates(config);
    const { folder } = certificates;
    const { chain } = (await folder.current()).pair;
    const what = `the certificate for ${chain.names.join(", ")} from ${chain.issuer}, valid until ${shortInstant(chain.notAfter)}`;
    if (!options.yes && !(await isSure(what, context))) {
      context.stderr("Nothing was revoked.\n");
      return EXIT_FAILURE;
    }
    const revocation = await folder.revoke(options.reason, context.signal);
    const by = revocation.by === "account" ? "as its account" : "by its own key";
    context.stdout(
      options.json
        ? `${JSON.stringify(revocation, null, 2)}\n`
        : `Revoked ${by}: ${revocation.serialNumber}. A server that runs gets another one at once; else \`docport cert renew\` does.\n`,
    );
    return EXIT_OK;
  },
};

async function isSure(what: string, { ask, signal }: CommandContext): Promise<boolean> {
  if (!ask) {
    throw new DocportError("ERR_USAGE", "docport cert revoke: nobody is there to be asked", {
      hint: "Give --yes to revoke without a question.",
    });
  }
  const answer = await ask(`Revoke ${printable(what)}? It cannot be undone. [y/N] `, signal);
  return /^y(es)?$/i.test(answer.trim());
}
