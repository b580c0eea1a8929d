import { DocportError } from "../lib/errors.ts";
import { nearestName } from "../lib/nearest-name.ts";
import { readVersion } from "../version.ts";
import { type Command, type CommandContext, EXIT_FAILURE, EXIT_OK, EXIT_USAGE } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { printable } from "./terminal.ts";

/** The whole command line, without the process around it. Resolves to the exit code. */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === undefined || isHelp(name) || name === "help") return await showHelp(rest, context);
    if (name === "--version" || name === "-V") {
      context.stdout(`${readVersion()}\n`);
      return EXIT_OK;
    }
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!load) throw unknownCommand(name);
    const command = await load();
    const operandsStart = rest.indexOf("--");
    if (rest.slice(0, operandsStart < 0 ? undefined : operandsStart).some(isHelp)) {
      context.stdout(helpFor(command, rest));
      return EXIT_OK;
    }
    return await command.run(rest, context);
  } catch (error) {
    // Interrupted: whoever sent the signal knows, and the caller makes the exit code of it.
    if (context.signal.aborted && error === context.signal.reason) throw error;
    return report(error, wantsStack(args, context.env), context.stderr);
  }
}

function isHelp(arg: string): boolean {
  return arg === "--help" || arg === "-h";
}

async function showHelp(rest: readonly string[], context: CommandContext): Promise<number> {
  const topic = rest[0];
  if (topic !== undefined && Object.hasOwn(COMMANDS, topic)) {
    const command = await COMMANDS[topic]?.();
    if (command) context.stdout(helpFor(command, rest.slice(1)));
    return EXIT_OK;
  }
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  context.stdout(`${overview(commands)}\n`);
  return EXIT_OK;
}

function helpFor(command: Command, rest: readonly string[]): string {
  return command.helpOf?.(rest[0] ?? "") ?? command.help;
}

function overview(
  commands: readonly { readonly name: string; readonly summary: string }[],
): string {
  return [
    "Documentation in, MCP server out.",
    "",
    "Examples:",
    "  docport serve ./docs",
    '  docport search ./docs "how do I install it"',
    "  docport index ./docs -o manual.docport",
    "",
    "Usage: docport COMMAND [flags]",
    "",
    "Commands:",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(12)}${summary}`),
    "",
    "docport COMMAND --help shows the flags of a command, docport --version the version.",
  ].join("\n");
}

function unknownCommand(name: string): DocportError {
  const nearest = nearestName(name, Object.keys(COMMANDS));
  // The likeliest slip after a typing error: `docport ./docs` for `docport serve ./docs`.
  const isPath = /[./\\]/.test(name);
  const guess = isPath ? `serve ${name}` : nearest;
  return new DocportError(
    "ERR_USAGE",
    `docport has no command ${JSON.stringify(printable(name.slice(0, 80)))}`,
    {
      hint:
        guess === undefined
          ? "Run `docport --help` for the list of commands."
          : `Did you mean \`docport ${printable(guess.slice(0, 80))}\`?`,
    },
  );
}

/** A failure of the outside world is one message with the one thing to do; a bug shows its stack. */
function report(error: unknown, withStack: boolean, stderr: (text: string) => void): number {
  if (!(error instanceof DocportError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr(`docport: this is a bug in docport, please report it:\n${text}\n`);
    return EXIT_FAILURE;
  }
  // It may quote a file's name or a server's answer.
  const message = error.message.split("\n").map(printable).join("\n");
  const hint = error.hint === undefined ? "" : `${printable(error.hint)} `;
  stderr(`docport: ${message}\n  -> ${hint}[${error.code}]\n`);
  if (withStack) stderr(`${describeStack(error)}\n`);
  return error.code === "ERR_CONFIG_INVALID" || error.code === "ERR_USAGE"
    ? EXIT_USAGE
    : EXIT_FAILURE;
}

function describeStack(error: Error): string {
  const { cause } = error;
  const below = cause instanceof Error ? `\ncaused by: ${describeStack(cause)}` : "";
  return (error.stack ?? error.message) + below;
}

/** The settings may be what failed, so the level is looked for by hand. */
function wantsStack(args: readonly string[], env: CommandContext["env"]): boolean {
  const level = args.indexOf("--log-level");
  return (
    args.includes("--log-level=debug") ||
    (level >= 0 && args[level + 1] === "debug") ||
    env["DOCPORT_LOG_LEVEL"] === "debug"
  );
}
