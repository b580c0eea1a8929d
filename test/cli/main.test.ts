import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { main } from "../../src/cli/main.ts";
import { recordedContext } from "../support/command-context.ts";

const { version } = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
) as { version: string };

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const context = recordedContext({ env });
  const code = await main(args, context);
  return { code, out: context.out(), err: context.err() };
}

describe("docport", () => {
  it.each([[["--version"]], [["-V"]]])("%j prints the version of the package", async (args) => {
    expect(await run(args)).toEqual({ code: 0, out: `${version}\n`, err: "" });
  });

  it.each([[[]], [["--help"]], [["-h"]], [["help"]]])("%j shows every command", async (args) => {
    const { code, out, err } = await run(args);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    for (const load of Object.values(COMMANDS)) expect(out).toContain((await load()).summary);
    expect(out.indexOf("Examples:")).toBeLessThan(out.indexOf("Commands:"));
  });

  it.each([
    [["serv"], 'docport has no command "serv"', "Did you mean `docport serve`?"],
    [["./docs"], 'docport has no command "./docs"', "Did you mean `docport serve ./docs`?"],
    [["frobnicate"], 'docport has no command "frobnicate"', "Run `docport --help`"],
    [["constructor"], 'docport has no command "constructor"', "Run `docport --help`"],
    [["\u001B[2J"], 'docport has no command " [2J"', "Run `docport --help`"],
  ])("%j is a mistake that says what was meant", async (args, message, hint) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err).toContain(hint);
    expect(err).toContain("[ERR_USAGE]");
    expect(err).not.toContain("at ");
  });

  it("shows where an error came from when debugging, and only then", async () => {
    expect((await run(["serve"])).err).not.toContain("    at ");
    expect((await run(["serve", "--log-level", "debug"])).err).toContain("    at ");
    expect((await run(["serve"], { DOCPORT_LOG_LEVEL: "debug" })).err).toContain("    at ");
  });
});

describe.each(Object.entries(COMMANDS))("docport %s", (name, load) => {
  it("is called by its name and has one line of summary", async () => {
    const command = await load();
    expect(command.name).toBe(name);
    expect(command.summary).toMatch(/^[A-Z].{10,70}\.$/);
  });

  it("shows examples first, in lines that fit a terminal", async () => {
    const shown = await run([name, "--help"]);
    expect(shown).toMatchObject({ code: 0, err: "" });
    expect(shown.out).toMatch(new RegExp(`^Examples:\n {2}# .+\n {2}docport ${name} `));
    expect(shown.out).toContain(`Usage: docport ${name}`);
    expect(shown.out.split("\n").filter((line) => line.length > 100)).toEqual([]);
    expect(await run(["help", name])).toEqual(shown);
    expect(await run([name, "whatever", "-h"])).toEqual(shown);
  });
});

describe.each(["serve", "search", "index"])("docport %s", (name) => {
  it("tells all mistakes at once and does nothing", async () => {
    const { code, out, err } = await run([name, "docs", "--tittle", "x", "--max-pages=lots"], {
      DOCPORT_STRCT: "yes",
    });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toBe(
      [
        "docport: 3 settings are wrong:",
        `  --tittle: not a flag of docport ${name}; did you mean --title?`,
        "  DOCPORT_STRCT: not a variable that docport knows; did you mean DOCPORT_STRICT?",
        '  --max-pages: expected a whole number from 1 to 10000000, got "lots"',
        "  -> Correct it; docs/configuration.md has every setting. [ERR_CONFIG_INVALID]",
        "",
      ].join("\n"),
    );
  });
});

describe("what a command misses", () => {
  it.each([
    [["serve"], "SOURCE: expected a folder, a file or a URL with documentation, got nothing"],
    [["search", "query only"], "SOURCE: expected a folder, a file or a URL"],
    [["search", "docs", " "], "docport search needs a query"],
    [["index", "docs"], "docport index does not know where to write"],
    [["index", "docs", "-o"], "--output: expected a value, got nothing"],
    [["index", "docs", "--port", "1"], "--port: not a flag of docport index"],
  ])("%j", async (args, message) => {
    const { code, out, err } = await run(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });
});
