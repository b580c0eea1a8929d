import type { ConfigProblem } from "./config-problem.ts";
import { setting } from "./setting.ts";

/** A setting of an earlier time that is not there any more. */
export interface FormerSetting {
  /** Path in docport.yaml, as it was. */
  readonly yaml: string;
  /** Path of the setting that took its place. */
  readonly replacedBy?: string;
  /** What to do, when there is more to it than the other name. */
  readonly fix?: string;
}

/** Every name that was ever a setting; a name is never used again for something else. */
export const FORMER_SETTINGS: readonly FormerSetting[] = [
  { yaml: "acme_port", replacedBy: "acmePort" },
  { yaml: "limits.maxFiles", replacedBy: "limits.maxPages" },
  {
    yaml: "limits.maxFileSize",
    replacedBy: "limits.maxPageSize",
    fix: "It is a size with a unit now, such as 10MB.",
  },
];

/** What to do about a name that is not known; undefined when it never was a setting. */
export function adviceFor({ kind, field }: ConfigProblem): string | undefined {
  if (kind !== "unknown") return undefined;
  const name = field.split(" ").at(-1) ?? field;
  const former = FORMER_SETTINGS.find((each) => namesOf(each.yaml).includes(name));
  if (!former) return undefined;
  const { replacedBy, fix } = former;
  const rename =
    replacedBy === undefined
      ? "Remove it: there is no such setting any more."
      : `Call it ${sameKind(name, replacedBy)}.`;
  return fix === undefined ? rename : `${rename} ${fix}`;
}

/** The three names of a setting, in the order of docport.yaml, flag and variable. */
function namesOf(yaml: string): readonly string[] {
  const { flag = "", env } = rowOf(yaml);
  return [yaml, flag, env];
}

function sameKind(name: string, yaml: string): string {
  const { flag = yaml, env } = rowOf(yaml);
  if (name.startsWith("--")) return flag;
  return name.startsWith("DOCPORT_") ? env : yaml;
}

/** Names follow from the path, for settings that are gone too. */
function rowOf(yaml: string): ReturnType<typeof setting<undefined>> {
  return setting(yaml, {
    group: "server",
    type: { read: () => undefined },
    fallback: undefined,
    doc: "",
  });
}
