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
  resolver: ObserverResolver = ownResolver(),
): () => Promise<string> {
  const hosts = hostsOf(names);
  return async () => {
    const answers = hosts.flatMap((host) => [
      textOf(resolver.resolve4(host)),
      textOf(resolver.resolve6(host)),
      textOf(resolver.resolveCaa(host)),
    ]);
    return (await Promise.all(answers)).join(";");
  };
}

/**
 * The addresses that DNS gives for each name, for the sentence about a failure: none when it has
 * none; a name that could not be asked for is left out. Does not reject.
 */
export function dnsAddresses(
  names: readonly string[],
  resolver: ObserverResolver = ownResolver(),
): () => Promise<ReadonlyMap<string, readonly string[]>> {
  return async () => {
    const found = await Promise.all(
      hostsOf(names).map(async (host): Promise<[string, readonly string[]][]> => {
        const answers = await Promise.all([
          addressesOf(resolver.resolve4(host)),
          addressesOf(resolver.resolve6(host)),
        ]);
        const isKnown = answers.every((answer) => answer !== undefined);
        return isKnown ? [[host, answers.flat()]] : [];
      }),
    );
    return new Map(found.flat());
  };
}

const NO_SUCH: readonly (string | undefined)[] = ["ENODATA", "ENOTFOUND"];

/** Undefined when the question was not answered. */
async function addressesOf(answer: Promise<string[]>): Promise<string[] | undefined> {
  try {
    return await answer;
  } catch (error) {
    return NO_SUCH.includes(systemCodeOf(error)) ? [] : undefined;
  }
}

function ownResolver(): ObserverResolver {
  return new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
}

function hostsOf(names: readonly string[]): readonly string[] {
  return names
    .map((name) => identifierOf(name))
    .filter(({ type }) => type === "dns")
    .map(({ value }) => value.replace(/^\*\./, ""));
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
