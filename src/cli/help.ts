import { SETTING_GROUPS, type SettingGroup } from "../config/setting.ts";
import { CONFIG_FILE_FLAG, CONFIG_FILE_NAME, SETTING_ROWS } from "../config/settings.ts";
import { type CommandOption, type CommandSyntax, optionRows } from "./command-line.ts";
import { wrap } from "./terminal.ts";

export interface HelpText {
  /** Command lines with what they do: the first thing that is shown. */
  readonly examples: readonly (readonly [line: string, doc: string])[];
  /** What the command does, in a sentence or two. */
  readonly about: string;
  /** Commands of its own, each with its summary. */
  readonly commands?: readonly (readonly [name: string, summary: string])[];
}

const DOC_COLUMN = 28;
const DOC_WIDTH = 68;

/** The text of `docport NAME --help`: examples, usage, then every flag with its sentence. */
export function renderHelp<T>(syntax: CommandSyntax<T>, text: HelpText): string {
  const ownFlags = optionRows(syntax).map((option) => flagLine(option, "", option.short));
  const parts = [
    "Examples:",
    ...text.examples.map(([line, doc]) => `  # ${doc}\n  ${line}\n`),
    `Usage: ${["docport", syntax.name, syntax.operands, "[flags]"].filter(Boolean).join(" ")}\n`,
    ...wrap(text.about, DOC_COLUMN + DOC_WIDTH),
    ...(text.commands ? ["", "Commands:"] : []),
    ...(text.commands ?? []).map(([name, summary]) => `  ${name}${summary}`),
    ...(ownFlags.length === 0 ? [] : ["", "Flags:", ...ownFlags]),
    ...syntax.groups.flatMap(groupLines),
    "",
    "Always:",
    docLine(
      `${CONFIG_FILE_FLAG} FILE`,
      `Settings in YAML. Default: ${CONFIG_FILE_NAME}, if it is there.`,
    ),
    docLine("-h, --help", "Show this."),
    "",
    "Each setting can also stand in docport.yaml or in a DOCPORT_* variable:",
    "see docs/configuration.md.",
  ];
  return `${parts.join("\n")}\n`;
}

function groupLines(group: SettingGroup): string[] {
  const rows = SETTING_ROWS.filter((row) => row.group === group && row.flag !== undefined);
  return ["", `${SETTING_GROUPS[group]}:`, ...rows.map((row) => flagLine(row, row.defaultText))];
}

type FlagRow = Pick<CommandOption<unknown>, "type" | "doc"> & { readonly flag?: string };

function flagLine(row: FlagRow, defaultText: string, short?: string): string {
  const { valueName, isList = false } = row.type;
  const value = valueName === undefined ? "" : ` ${valueName}${isList ? ",..." : ""}`;
  const flag = `${short === undefined ? "" : `-${short}, `}${row.flag ?? ""}${value}`;
  // That a switch is off unless it is given goes without saying.
  const isSaid = defaultText === "" || valueName === undefined;
  return docLine(flag, isSaid ? row.doc : `${row.doc} Default: ${defaultText}.`);
}

function docLine(left: string, doc: string): string {
  const [first = "", ...rest] = wrap(doc, DOC_WIDTH);
  const head =
    left.length + 3 > DOC_COLUMN
      ? `  ${left}\n${" ".repeat(DOC_COLUMN)}${first}`
      : `  ${left}`.padEnd(DOC_COLUMN) + first;
  return [head, ...rest.map((line) => " ".repeat(DOC_COLUMN) + line)].join("\n");
}
