import { canonicalIp } from "../../lib/ip-address.ts";

/**
 * The name under which a certificate's files are kept: the identifier itself, with `_wildcard` for
 * "*" and "_" for the colons of an IPv6 address. No host name has a "_" there, so two identifiers
 * never share a file. Throws RangeError for what could not be an identifier.
 */
export function certificateFileName(identifier: string): string {
  const address = canonicalIp(identifier.replace(/^\[(.*)\]$/, "$1"));
  const name = (address ?? identifier.toLowerCase().replace(/\.$/, ""))
    .replace(/^\*\./, "_wildcard.")
    .replaceAll(":", "_");
  if (!/^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?$/.test(name) || name.includes("..")) {
    throw new RangeError(
      `expected a host name or an IP address, got ${JSON.stringify(identifier)}`,
    );
  }
  return name;
}
