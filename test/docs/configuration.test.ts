import { describe, expect, it } from "vitest";
import { SETTING_GROUPS } from "../../src/config/setting.ts";
import { SETTING_ROWS } from "../../src/config/settings.ts";
import { SOURCE_FIELDS } from "../../src/config/source-list.ts";
import { documentAt, tableRows } from "./manual.ts";

const { text } = documentAt("docs/configuration.md");

/** The row that the manual should have for a setting. */
function expectedRow(row: (typeof SETTING_ROWS)[number]): string[] {
  const { yaml, flag, env, type, defaultText, doc } = row;
  const value = type.valueName ?? "yes or no";
  return [
    `\`${yaml}\``,
    `\`${flag ?? "SOURCE..."}\``,
    `\`${env}\``,
    type.isList ? `${value}, list` : value,
    defaultText,
    doc,
  ];
}

describe("docs/configuration.md", () => {
  it.each(Object.entries(SETTING_GROUPS))(
    "has every setting of %s and no other",
    (group, title) => {
      const rows = tableRows(text, title).filter((cells) => cells.length === 6);
      expect(rows).toEqual(SETTING_ROWS.filter((row) => row.group === group).map(expectedRow));
    },
  );

  it("has every field of a source and no other", () => {
    const rows = tableRows(text, SETTING_GROUPS.sources).filter((cells) => cells.length === 2);
    expect(rows.map(([field]) => field)).toEqual(SOURCE_FIELDS.map((field) => `\`${field}\``));
  });
});

describe("the table of settings", () => {
  it("gives each setting one name in each place", () => {
    for (const name of ["yaml", "flag", "env"] as const) {
      const names = SETTING_ROWS.map((row) => row[name]).filter((each) => each !== undefined);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it("keeps the names of the settings that came before it", () => {
    const names = SETTING_ROWS.map((row) => row.yaml);
    expect(names).toEqual(expect.arrayContaining(["domain", "port", "acmePort"]));
  });
});
