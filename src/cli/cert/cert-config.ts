import type { CertificateFolder } from "../../certs/certificate-folder.ts";
import { type Config, loadConfig } from "../../config.ts";
import { DocportError } from "../../lib/errors.ts";
import type { CommandContext } from "../command.ts";
import { type CommandLine, type CommandSyntax, readCommandLine } from "../command-line.ts";

export interface CertCommandLine<T> extends Pick<CommandLine<T>, "options"> {
  readonly config: Config;
}

/**
 * The command line and the settings of a command about a certificate. Rejects with `ERR_USAGE` when
 * no domain is named, with a `ConfigError` for all other mistakes.
 */
export async function readCertCommandLine<T>(
  syntax: CommandSyntax<T>,
  args: readonly string[],
  context: CommandContext,
): Promise<CertCommandLine<T>> {
  const { env, cwd } = context;
  const { options, operands, flags, configFile } = readCommandLine(syntax, args, cwd);
  const [surplus] = operands;
  const config = await loadConfig({
    ...{ flags, env, cwd },
    ...(configFile !== undefined && { configFile }),
  });
  if (surplus !== undefined) {
    throw new DocportError(
      "ERR_USAGE",
      `docport ${syntax.name} takes no ${JSON.stringify(surplus)}`,
      {
        hint: `A name goes after --domain; see \`docport ${syntax.name} --help\`.`,
      },
    );
  }
  if (config.domain.length === 0) {
    throw new DocportError("ERR_USAGE", `docport ${syntax.name}: no domain is named`, {
      hint: "Give --domain docs.example.com, or set domain in docport.yaml.",
    });
  }
  return { options, config };
}

/** The folder of certificates that the settings name. */
export async function openCertificateFolder(config: Config): Promise<CertificateFolder> {
  const { authoritiesOf } = await import("../../app-listener.ts");
  const { CertificateFolder } = await import("../../certs/certificate-folder.ts");
  const { FileStorage } = await import("../../certs/file-storage.ts");
  const { systemClock } = await import("../../lib/clock.ts");
  return new CertificateFolder({
    storage: new FileStorage(config.certs),
    clock: systemClock,
    names: config.domain,
    authorities: await authoritiesOf(config),
  });
}
