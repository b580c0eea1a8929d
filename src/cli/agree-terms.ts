import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { certificateFileName } from "../certs/generations/file-name.ts";
import type { Config } from "../config.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import type { CommandContext } from "./command.ts";
import { printable } from "./terminal.ts";

const YES = /^y(es)?$/i;

/**
 * The configuration with the terms of service of the CA agreed to, if there is a CA to be asked and
 * nobody has agreed before: at a terminal the person is asked. Rejects with `ERR_CERT_TERMS` when
 * there is nobody to ask, or when the answer is no.
 */
export async function agreeTerms(config: Config, context: CommandContext): Promise<Config> {
  const isAutomatic = config.tls === "auto" && config.domain.length > 0;
  if (!isAutomatic || config.agreeTos || hasCertificateOrAccount(config)) return config;
  const { ask, signal } = context;
  if (!ask) {
    throw refusal("A certificate needs your agreement to the terms of service of the CA");
  }
  const terms = await findTerms(config, signal);
  const answer = await ask(
    `The CA gives certificates to those who agree to its terms of service:\n  ${printable(terms)}\nDo you agree? [y/N] `,
    signal,
  );
  if (!YES.test(answer.trim())) throw refusal("The CA's terms of service were not agreed to");
  return { ...config, agreeTos: true };
}

function refusal(message: string): DocportError {
  return new DocportError("ERR_CERT_TERMS", message, {
    hint: "Read them, and give --agree-tos (agreeTos: yes, DOCPORT_AGREE_TOS=yes) if you agree.",
  });
}

/** Either of them means that the CA was agreed with before, or that it need not be asked at all. */
function hasCertificateOrAccount({ certs, domain }: Config): boolean {
  const name = certificateFileName(domain[0] ?? "");
  if (existsSync(join(certs, `${name}.cert.pem`))) return true;
  try {
    return readdirSync(join(certs, ".docport/accounts")).length > 0;
  } catch {
    return false;
  }
}

async function findTerms(config: Config, signal: AbortSignal): Promise<string> {
  const { authoritiesOf } = await import("../app-listener.ts");
  const [authority] = await authoritiesOf(config);
  try {
    const directory = await authority.createClient().directory(signal);
    return directory.termsOfService ?? `those of ${new URL(authority.directoryUrl).host}`;
  } catch (error) {
    signal.throwIfAborted();
    return `those of ${new URL(authority.directoryUrl).host} (it cannot be asked now: ${messageOf(error)})`;
  }
}
