import { Resolver } from "node:dns/promises";
import { identifierOf } from "../acme/identifier.ts";
import { systemCodeOf } from "../lib/errors.ts";

/** The questions of {@link dnsObserver}; Node's `Resolver` answers them. */
export type ObserverResolver = Pick<Resolver, "resolve4" | "resolve6" | "resolveCaa">;

const TIMEOUT_MS = 3_000;

/**
 * What DNS says about the names, as one text that changes when it does: addresses and CAA records,
 * or the error instead. For {@link CertificateManagerOptions.observe}. Does not reject.
 */
export function dnsObserver(
  names: readonly string[],
  resolver: ObserverResolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 }),
): () => Promise<string> {
  const hosts = names
    .map((name) => identifierOf(name))
    .filter(({ type }) => type === "dns")
    .map(({ value }) => value.replace(/^\*\./, ""));
  return async () => {
    const answers = hosts.flatMap((host) => [
      textOf(resolver.resolve4(host)),
      textOf(resolver.resolve6(host)),
      textOf(resolver.resolveCaa(host)),
    ]);
    return (await Promise.all(answers)).join(";");
  };
}

/** Sorted: the order of DNS records turns with every question. */
async function textOf(answer: Promise<readonly unknown[]>): Promise<string> {
  try {
    return (await answer)
      .map((record) => JSON.stringify(record))
      .toSorted()
      .join(",");
  } catch (error) {
    return systemCodeOf(error) ?? "error";
  }
}
