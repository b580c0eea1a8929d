import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Command } from "../../src/cli/command.ts";
import { COMMANDS } from "../../src/cli/commands.ts";
import { SETTING_ROWS } from "../../src/config/settings.ts";
import { DOCUMENTS, documentAt, ROOT, shellLines, shellWords } from "./manual.ts";

const { scripts, engines } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  engines: { node: string };
};

let commands: ReadonlyMap<string, Command>;
beforeAll(async () => {
  const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  commands = new Map(loaded.map((command) => [command.name, command]));
});

function commandCalled(name: string): Command {
  const command = commands.get(name);
  if (!command) throw new Error(`there is no docport ${name}`);
  return command;
}

/** Flags that a command's help lists, long and short. */
const flagsOf = (command: Command): string[] =>
  [...command.help.matchAll(/^ {2}(-\w, )?(--[a-z-]+)/gm)].flatMap(([, short, long]) =>
    short === undefined ? [long ?? ""] : [short.slice(0, 2), long ?? ""],
  );

/** A documented command line that is not what the command takes, in words; [] when it is. */
function faultsOf(words: readonly string[]): string[] {
  const [, name = "", ...rest] = words;
  if (["--help", "--version", "COMMAND", "NAME"].includes(name)) return [];
  const command = commands.get(name);
  if (!command) return [`there is no docport ${name}`];
  const flags = [...flagsOf(command), "--help"];
  return rest
    .filter((word) => /^--?[a-z]/i.test(word))
    .map((word) => word.replace(/=.*$/, "").replace(/^--no-/, "--"))
    .filter((flag) => !flags.includes(flag))
    .map((flag) => `docport ${name} has no ${flag}`);
}

const isDocport = (line: string): boolean => /^(npx )?docport |^node dist\/cli\.js /.test(line);
const docportWords = (line: string): string[] =>
  shellWords(line.replace(/^npx /, "").replace(/^node dist\/cli\.js/, "docport"));

/** Decisions tell what was true when they were made. */
const manual = DOCUMENTS.filter(({ path }) => !path.includes("/adr/"));

describe.each(manual)("$path", ({ text }) => {
  const inline = [...text.matchAll(/`(docport [^`\n]+)`/g)].map((match) => match[1] ?? "");
  const inConfigs = [...text.matchAll(/(?:ExecStart=\S*\/)(docport .+)/g)].map(
    (match) => match[1] ?? "",
  );
  const lines = [...shellLines(text), ...inline, ...inConfigs];

  it("shows docport command lines that the commands take", () => {
    const faults = lines.filter(isDocport).flatMap((line) => faultsOf(docportWords(line)));
    expect(faults).toEqual([]);
  });

  it("names flags and variables that exist", () => {
    const known = new Set([
      ...[...commands.values()].flatMap(flagsOf),
      ...SETTING_ROWS.map((row) => row.env),
      "--help",
      "--version",
      "--no-strict",
      "--config",
      "DOCPORT_CONFIG",
    ]);
    const named = [...text.matchAll(/`(--[a-z-]+|DOCPORT_[A-Z_]+)(?:[ =][^`]*)?`/g)].map(
      (match) => match[1] ?? "",
    );
    // A variable that is shown as one that is not ours.
    const foreign = ["DOCPORT_", "DOCPORT_SERVICE_HOST"];
    expect(named.filter((name) => !known.has(name) && !foreign.includes(name))).toEqual([]);
  });

  it("names npm scripts that exist", () => {
    const named = [...text.matchAll(/\bnpm (?:run )?(--silent )?([a-z:]+)/g)].map(
      (match) => match[2],
    );
    const builtIn = ["ci", "install", "run"];
    expect(named.filter((name) => name && !builtIn.includes(name) && !scripts[name])).toEqual([]);
  });
});

describe("docs/commands.md", () => {
  const { text } = documentAt("docs/commands.md");

  it.each(Object.keys(COMMANDS))("has a part for docport %s, with its own flags", (name) => {
    const settings = SETTING_ROWS.map((row) => row.flag);
    const own = flagsOf(commandCalled(name)).filter(
      (flag) => flag.startsWith("--") && !settings.includes(flag) && flag !== "--config",
    );
    const part = text.split(`\n## docport ${name}\n`)[1]?.split("\n## ")[0] ?? "";
    const documented = [...part.matchAll(/^\| `(--[a-z-]+)`/gm)].map((match) => match[1]);
    expect(part).toContain(`docport ${name} `);
    expect(documented).toEqual(own.filter((flag) => flag !== "--help"));
  });

  it("shows the sentences of --help", () => {
    const rows = [...text.matchAll(/^\| `(--[a-z-]+)`(?:, `-\w`)? \| (.+) \|$/gm)];
    const helps = [...commands.values()].map(({ help }) => help.replaceAll(/\s+/g, " ")).join(" ");
    expect(rows.map((row) => row[2]).filter((sentence = "") => !helps.includes(sentence))).toEqual(
      [],
    );
  });
});

describe("README.md", () => {
  const { text } = documentAt("README.md");

  it("is one screen and names the two commands", () => {
    expect(text.split("\n").length).toBeLessThanOrEqual(60);
    expect(shellLines(text)).toEqual(
      expect.arrayContaining(["npm ci && npm start", "npm ci && npm test"]),
    );
  });

  it("asks for the Node that the package asks for", () => {
    const version = engines.node.replace(">=", "");
    expect(text).toContain(`Node.js ${version}`);
    expect(documentAt("docs/guide/getting-started.md").text).toContain(`${version} or newer`);
  });
});

describe("examples in --help", () => {
  it("are command lines that the commands take", () => {
    const lines = [...commands.values()].flatMap(({ help }) =>
      help.split("\n").filter((line) => line.startsWith("  docport ")),
    );
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.flatMap((line) => faultsOf(docportWords(line.trim())))).toEqual([]);
  });
});
