/** Parts of the settings; a command takes the flags of the parts that it reads. */
export type SettingGroup =
  | "sources"
  | "semantic"
  | "server"
  | "access"
  | "tls"
  | "fleet"
  | "discovery"
  | "logging";

/** Headings of the parts in `--help` and in docs/configuration.md, in the order they are shown. */
export const SETTING_GROUPS: Readonly<Record<SettingGroup, string>> = {
  sources: "Documentation",
  semantic: "Semantic search",
  server: "Server",
  access: "Private documentation",
  tls: "HTTPS and certificates",
  fleet: "Several machines",
  discovery: "Discovery",
  logging: "Logs and metrics",
};

/** What a value that does not fit is reported as. */
export interface Mistake {
  /** Path below the setting: `[1].kind`; "" for the value as a whole. */
  readonly path?: string;
  readonly value: unknown;
  /** Finishes "expected ...", or "not ..." when it is the name that is wrong. */
  readonly expected: string;
  readonly nearest?: string;
  /** The name at `path` is not known; its value is not shown. */
  readonly isUnknownName?: boolean;
}

/** Where a value was written. */
export interface ReadSite {
  /** Absolute; relative paths start here: the file's folder, or the working directory. */
  readonly folder: string;
  readonly report: (mistake: Mistake) => void;
}

/** How one kind of value is read, from the text of a flag or a variable and from YAML alike. */
export interface SettingType<T> {
  /** Stands for the value in help: `PORT`. Absent for a switch, which takes none. */
  readonly valueName?: string;
  /** Given several times as a flag, or separated by commas. */
  readonly isList?: boolean;
  /** The value, or undefined after `site.report` was told what is wrong with it. */
  read(raw: unknown, site: ReadSite): T | undefined;
}

/** A row of the table of settings: all that the readers, `--help` and the docs' test know of it. */
export interface Setting<T> {
  readonly group: SettingGroup;
  /** Path in docport.yaml: `limits.maxPages`. */
  readonly yaml: string;
  /** With its dashes; absent for what is given by position (the sources). */
  readonly flag?: string;
  readonly env: string;
  readonly type: SettingType<T>;
  readonly fallback: T;
  /** The default as people read it; "" when there is none. */
  readonly defaultText: string;
  /** One sentence for `--help`. */
  readonly doc: string;
  /** Its value is never shown. */
  readonly isSecret?: boolean;
}

export interface SettingDefinition<T>
  extends Omit<Setting<T>, "yaml" | "flag" | "env" | "defaultText"> {
  readonly isPositional?: boolean;
  /** Needed where `fallback` does not say it. */
  readonly defaultText?: string;
}

/**
 * Makes a row. Flag and variable follow from the last part of the path, so that they are the same
 * name everywhere: `limits.maxPages` is `--max-pages` and `DOCPORT_MAX_PAGES`.
 */
export function setting<T>(yaml: string, definition: SettingDefinition<T>): Setting<T> {
  const { isPositional = false, defaultText, ...rest } = definition;
  const words = (yaml.split(".").at(-1) ?? yaml).split(/(?=[A-Z])/);
  return {
    ...rest,
    yaml,
    ...(isPositional ? {} : { flag: `--${words.join("-").toLowerCase()}` }),
    env: `DOCPORT_${words.join("_").toUpperCase()}`,
    defaultText: defaultText ?? showFallback(definition.fallback),
  };
}

function showFallback(fallback: unknown): string {
  if (typeof fallback === "boolean") return fallback ? "yes" : "no";
  if (typeof fallback === "string" || typeof fallback === "number") return `${fallback}`;
  return "";
}
