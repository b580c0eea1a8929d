import type { CaaRecord } from "node:dns";
import { systemCodeOf } from "../../lib/errors.ts";
import { type DoctorWorld, probe } from "./doctor-world.ts";
import { type Finding, good, problem, unknown, warning } from "./finding.ts";

export interface CaaQuestion {
  /** With its "*." for a wildcard. */
  readonly name: string;
  /** Issuer names of the CA (RFC 8659 §4.2); undefined when the CA could not be asked. */
  readonly identities: readonly string[] | undefined;
  readonly ca: string;
  readonly accountUrl: string | undefined;
  readonly challenges: readonly string[];
}

/** Whether CAA records (RFC 8659, parameters of RFC 8657) let this CA issue for the name. */
export async function checkCaa(
  world: DoctorWorld,
  question: CaaQuestion,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { name } = question;
  const isWildcard = name.startsWith("*.");
  const found = await findRecords(world, isWildcard ? name.slice(2) : name, signal);
  signal.throwIfAborted();
  if ("finding" in found) return [found.finding];
  const { at, records } = found;
  const critical = records.find((record) => record.critical >= 128 && !isKnown(record));
  if (critical) {
    const sentence = `A CAA record at ${at} has a critical property that CAs do not know, so none may issue.`;
    return [problem("caa", sentence, `Correct the CAA records of ${at}.`)];
  }
  const issueWild = valuesOf(records, "issuewild");
  const values = isWildcard && issueWild.length > 0 ? issueWild : valuesOf(records, "issue");
  if (values.length === 0) return [good("caa", `No CAA record limits who may issue for ${name}.`)];
  return [judge(values.map(parseIssue), at, question)];
}

type Records =
  | { readonly at: string; readonly records: readonly CaaRecord[] }
  | { readonly finding: Finding };

/** The records of the closest name up the tree that has any (RFC 8659 §3). */
async function findRecords(
  { resolver, clock }: DoctorWorld,
  name: string,
  signal: AbortSignal,
): Promise<Records> {
  const labels = name.split(".");
  for (let i = 0; i < labels.length; i++) {
    const at = labels.slice(i).join(".");
    try {
      const records = await probe(clock, signal, () => resolver.resolveCaa(at));
      if (records.length > 0) return { at, records };
    } catch (error) {
      const code = systemCodeOf(error) ?? "no answer";
      if (code === "ENODATA" || code === "ENOTFOUND") continue;
      return { finding: unanswered(at, code) };
    }
  }
  return { at: name, records: [] };
}

function unanswered(at: string, code: string): Finding {
  const fix = "Mend the zone: a CA must not issue while its CAA records cannot be read.";
  return code === "ESERVFAIL"
    ? problem("caa", `DNS fails (SERVFAIL) when asked for the CAA records of ${at}.`, fix)
    : unknown("caa", `The CAA records of ${at} could not be read from here (${code}).`, fix);
}

function isKnown(record: CaaRecord): boolean {
  return ["issue", "issuewild", "iodef", "contactemail", "contactphone"].some((tag) =>
    Object.hasOwn(record, tag),
  );
}

function valuesOf(records: readonly CaaRecord[], tag: "issue" | "issuewild"): readonly string[] {
  return records.flatMap((record) => record[tag] ?? []);
}

interface Issue {
  readonly issuer: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** `ca.example; accounturi=https://...; validationmethods=dns-01` (RFC 8659 §4.2). */
export function parseIssue(value: string): Issue {
  const [issuer = "", ...rest] = value.split(";").map((part) => part.trim());
  const pairs = rest
    .filter((part) => part.includes("="))
    .map((part): [string, string] => {
      const at = part.indexOf("=");
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()];
    });
  return { issuer: issuer.toLowerCase(), parameters: new Map(pairs) };
}

function judge(issues: readonly Issue[], at: string, question: CaaQuestion): Finding {
  const { identities, ca, accountUrl, challenges } = question;
  const allowed = issues.map(({ issuer }) => issuer || "nobody").join(", ");
  if (!identities || identities.length === 0) {
    const sentence = `CAA records at ${at} allow ${allowed}; whether that is ${ca} could not be found out.`;
    return unknown("caa", sentence, "Compare them with the issuer name that the CA documents.");
  }
  const ours = issues.filter(({ issuer }) => identities.includes(issuer));
  const record = `0 issue "${identities[0] ?? ""}"`;
  if (ours.length === 0) {
    const sentence = `CAA records at ${at} allow ${allowed} only, so ${ca} may not issue.`;
    return problem("caa", sentence, `Add the CAA record ${record} at ${at}.`);
  }
  const methods = ours.map(({ parameters }) => parameters.get("validationmethods"));
  const fits = (list: string | undefined): boolean =>
    list === undefined || list.split(",").some((method) => challenges.includes(method.trim()));
  const usable = ours.filter(({ parameters }) => fits(parameters.get("validationmethods")));
  if (usable.length === 0) {
    const sentence = `CAA records at ${at} allow the validation by ${methods.join(", ")} only; here works ${challenges.join(", ")}.`;
    return problem("caa", sentence, "Add one of ours to validationmethods, or leave that away.");
  }
  const accounts = usable.map(({ parameters }) => parameters.get("accounturi"));
  if (accounts.includes(undefined) || (accountUrl !== undefined && accounts.includes(accountUrl))) {
    return good("caa", `CAA records at ${at} allow ${ca}.`);
  }
  const bound = `CAA records at ${at} bind ${ca} to the account ${accounts.join(", ")}`;
  return accountUrl === undefined
    ? warning(
        "caa",
        `${bound}, and there is no account here yet.`,
        "Bring the account's key, or change accounturi once there is one.",
      )
    : problem("caa", `${bound}; ours is ${accountUrl}.`, `Set accounturi to ${accountUrl}.`);
}
