import type { CertificateFolder } from "../../certs/certificate-folder.ts";
import type { Storage } from "../../certs/storage.ts";
import { type Config, loadConfig } from "../../config.ts";
import type { Clock } from "../../lib/clock.ts";
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

/** Certificates, for as long as they are looked at. */
export interface OpenCertificates extends AsyncDisposable {
  readonly folder: CertificateFolder;
  readonly storage: Storage;
}

/** The folder of certificates that the settings name, or what replicas have of them in their store. */
export async function openCertificates(config: Config): Promise<OpenCertificates> {
  const { authoritiesOf } = await import("../../app-listener.ts");
  const { CertificateFolder } = await import("../../certs/certificate-folder.ts");
  const { systemClock: clock } = await import("../../lib/clock.ts");
  const { storage, close } = await openStorage(config, clock);
  const authorities = await authoritiesOf(config);
  return {
    folder: new CertificateFolder({ storage, clock, names: config.domain, authorities }),
    storage,
    [Symbol.asyncDispose]: close,
  };
}

async function openStorage(
  config: Config,
  clock: Clock,
): Promise<{ readonly storage: Storage; readonly close: () => Promise<void> }> {
  if (config.store === undefined) {
    const { FileStorage } = await import("../../certs/file-storage.ts");
    return { storage: new FileStorage(config.certs), close: async () => {} };
  }
  const { openSharedStorage } = await import("../../fleet.ts");
  const holder = `docport cert ${process.pid}`;
  const shared = await openSharedStorage(config, config.store, { clock, holder });
  return { storage: shared.storage, close: async () => shared[Symbol.asyncDispose]() };
}
