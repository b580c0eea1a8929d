import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, describeProblem } from "../config/config-problem.ts";
import { toggle } from "../config/setting-types.ts";
import { adviceFor } from "../config/upgrades.ts";
import { type Config, loadConfig } from "../config.ts";
import { DocportError, systemCodeOf } from "../lib/errors.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import {
  type CommandLine,
  type CommandSyntax,
  readCommandLine,
  withSources,
} from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { printable } from "./terminal.ts";

interface UpgradeOptions {
  readonly json: boolean;
}

/** Something that has to be changed before this version can take over. */
interface Finding {
  readonly what: string;
  readonly fix: string;
}

const SYNTAX: CommandSyntax<UpgradeOptions> = {
  name: "upgrade-check",
  operands: "[SOURCE...]",
  groups: ["tls"],
  options: {
    json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  },
};

export const upgradeCheckCommand: Command = {
  name: "upgrade-check",
  summary: "Say what an upgrade to this version needs.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport upgrade-check --config /etc/docport/docport.yaml", "check a server's settings"],
      ["docport upgrade-check manual.docport", "check an index file"],
    ],
    about:
      "Reads docport.yaml and the variables as this version would, the index files among the" +
      " sources, and the folder of certificates, and says what has to be changed: settings that were" +
      " renamed or removed, index files to write anew, keys that others can read. It changes nothing" +
      " and asks nobody. Exits with 1 when there is something to do.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const findings = await check(line, context);
    context.stdout(line.options.json ? renderJson(findings) : renderText(findings));
    return findings.length > 0 ? EXIT_FAILURE : EXIT_OK;
  },
};

async function check(
  line: CommandLine<UpgradeOptions>,
  context: CommandContext,
): Promise<readonly Finding[]> {
  let config: Config;
  try {
    config = await loadConfig({
      flags: withSources(line.flags, line.operands, context.cwd),
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
      env: context.env,
      cwd: context.cwd,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => ({
      what: describeProblem(problem),
      fix: adviceFor(problem) ?? "Correct it; docs/configuration.md has every setting.",
    }));
  }
  const indexes = await Promise.all(config.sources.map(({ location }) => checkIndex(location)));
  return [...indexes.flat(), ...(await checkCertificates(config))];
}

async function checkIndex(location: string): Promise<readonly Finding[]> {
  if (!(await beginsLikeIndex(location))) return [];
  const { openCatalog } = await import("../catalog/open-catalog.ts");
  try {
    openCatalog(await readFile(location));
    return [];
  } catch (error) {
    if (!(error instanceof DocportError)) throw error;
    return [{ what: `${location}: ${error.message}`, fix: "Write it anew with `docport index`." }];
  }
}

async function beginsLikeIndex(location: string): Promise<boolean> {
  const { INDEX_MAGIC } = await import("../search/file/sections.ts");
  try {
    if (!(await stat(location)).isFile()) return false;
    const file = await open(location, "r");
    try {
      const { buffer } = await file.read(
        Buffer.alloc(INDEX_MAGIC.length),
        0,
        INDEX_MAGIC.length,
        0,
      );
      return buffer.equals(INDEX_MAGIC);
    } finally {
      await file.close();
    }
  } catch {
    // What cannot be read, or is on the web, is for `docport serve` to say.
    return false;
  }
}

/** The pair that is served from and adopted: both files or none, the key for its owner alone. */
async function checkCertificates({ domain, certs }: Config): Promise<readonly Finding[]> {
  const [name] = domain;
  if (name === undefined) return [];
  const { certificateFileName } = await import("../certs/generations/file-name.ts");
  const base = join(certs, certificateFileName(name));
  const [cert, key] = [`${base}.cert.pem`, `${base}.key.pem`];
  const [certMode, keyMode] = await Promise.all([modeOf(cert), modeOf(key)]);
  const findings: Finding[] = [];
  if ((certMode === undefined) !== (keyMode === undefined)) {
    const [there, missing] = certMode === undefined ? [key, cert] : [cert, key];
    findings.push({
      what: `${there} is there and ${missing} is not`,
      fix: "Put the other file of the pair beside it, or a new certificate is ordered.",
    });
  }
  if (keyMode !== undefined && (keyMode & 0o077) !== 0) {
    findings.push({ what: `${key} can be read by others`, fix: `Run \`chmod 600 ${key}\`.` });
  }
  return findings;
}

async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch (error) {
    if (systemCodeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** The answer for programs. Its fields are only ever added to. */
function renderJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ count: findings.length, findings }, null, 2)}\n`;
}

function renderText(findings: readonly Finding[]): string {
  if (findings.length === 0) return "Nothing to do: this version can take over.\n";
  return findings.map(({ what, fix }) => `${printable(what)}\n  -> ${printable(fix)}\n`).join("");
}
