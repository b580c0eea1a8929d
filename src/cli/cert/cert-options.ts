import { REVOCATION_REASONS, type RevocationReason } from "../../acme/revocation.ts";
import type { SettingType } from "../../config/setting.ts";
import { oneOf, toggle, wholeNumber } from "../../config/setting-types.ts";
import type { CommandOption } from "../command-line.ts";

export type DrillLifetime = "90d" | "45d" | "160h";

/** Every flag of the `docport cert` commands; each command picks its own. */
export interface CertOptions {
  readonly json: boolean;
  readonly force: boolean;
  readonly reason: RevocationReason | undefined;
  readonly yes: boolean;
  readonly limit: number;
  readonly days: number;
  readonly lifetime: DrillLifetime;
  readonly seed: number;
}

export const CERT_OPTIONS: { readonly [K in keyof CertOptions]: CommandOption<CertOptions[K]> } = {
  json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  force: {
    flag: "--force",
    type: toggle,
    fallback: false,
    doc: "Order although nothing is due; the CA's limits and its Retry-After hold all the same.",
  },
  reason: {
    flag: "--reason",
    type: revocationReason(),
    fallback: undefined,
    doc: `Why it is revoked: ${REVOCATION_REASONS.map(kebab).join(", ")}.`,
  },
  yes: { flag: "--yes", type: toggle, fallback: false, doc: "Do it without being asked." },
  limit: {
    flag: "--limit",
    type: wholeNumber("COUNT", 1, 10_000),
    fallback: 50,
    doc: "Most lines shown, counted from the newest. Default: 50.",
  },
  days: {
    flag: "--days",
    type: wholeNumber("DAYS", 1, 3_650),
    fallback: 365,
    doc: "How long the drill plays. Default: 365.",
  },
  lifetime: {
    flag: "--lifetime",
    type: oneOf("TIME", ["90d", "45d", "160h"]),
    fallback: "90d",
    doc: "Life of its certificates: 90d, 45d or 160h. Default: 90d.",
  },
  seed: {
    flag: "--seed",
    type: wholeNumber("NUMBER", 0, 1_000_000),
    fallback: 1,
    doc: "Another number plays the incidents in another order. Default: 1.",
  },
};

function kebab(reason: RevocationReason): string {
  return reason.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function revocationReason(): SettingType<RevocationReason> {
  const words = oneOf("REASON", REVOCATION_REASONS.map(kebab));
  return {
    valueName: "REASON",
    read(raw, site) {
      const word = words.read(raw, site);
      return REVOCATION_REASONS.find((reason) => kebab(reason) === word);
    },
  };
}
