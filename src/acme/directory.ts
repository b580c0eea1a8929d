import { JsonFields } from "./json-fields.ts";

/** Where the CA wants to be asked for what, and what it says of itself (RFC 8555 §7.1.1). */
export interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly revokeCert: string;
  readonly keyChange: string;
  /** Renewal information (RFC 9773 §4); absent when the CA has none. */
  readonly renewalInfo: string | undefined;
  readonly termsOfService: string | undefined;
  readonly website: string | undefined;
  /** The issuer names by which CAA records allow this CA (RFC 8659 §4.2). */
  readonly caaIdentities: readonly string[];
  readonly externalAccountRequired: boolean;
  /** Name and description of each profile (draft-aaron-acme-profiles §3); empty when it has none. */
  readonly profiles: ReadonlyMap<string, string>;
}

export function readDirectory(fields: JsonFields): Directory {
  const meta = fields.optionalObject("meta") ?? JsonFields.of({}, "directory.meta");
  return {
    newNonce: fields.string("newNonce"),
    newAccount: fields.string("newAccount"),
    newOrder: fields.string("newOrder"),
    revokeCert: fields.string("revokeCert"),
    keyChange: fields.string("keyChange"),
    renewalInfo: fields.optionalString("renewalInfo"),
    termsOfService: meta.optionalString("termsOfService"),
    website: meta.optionalString("website"),
    caaIdentities: meta.has("caaIdentities") ? meta.strings("caaIdentities") : [],
    externalAccountRequired: meta.optionalBoolean("externalAccountRequired") ?? false,
    profiles: meta.optionalObject("profiles")?.stringEntries() ?? new Map(),
  };
}

/** The URLs of a directory that requests go to. */
export function endpointsOf(directory: Directory): readonly string[] {
  const { newNonce, newAccount, newOrder, revokeCert, keyChange, renewalInfo } = directory;
  const required = [newNonce, newAccount, newOrder, revokeCert, keyChange];
  return renewalInfo === undefined ? required : [...required, renewalInfo];
}
