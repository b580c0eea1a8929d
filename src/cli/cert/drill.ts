import type { DrillEntry } from "../../certs/drill/drill-entry.ts";
import type { DrillReport } from "../../certs/drill/run-drill.ts";
import { loadConfig } from "../../config.ts";
import { type Command, EXIT_FAILURE, EXIT_OK } from "../command.ts";
import { type CommandSyntax, readCommandLine } from "../command-line.ts";
import { renderHelp } from "../help.ts";
import { counted, printable } from "../terminal.ts";
import { CERT_OPTIONS, type CertOptions, type DrillLifetime } from "./cert-options.ts";

type DrillCommandOptions = Pick<CertOptions, "days" | "lifetime" | "seed" | "json">;

const { days, lifetime, seed, json } = CERT_OPTIONS;
const SYNTAX: CommandSyntax<DrillCommandOptions> = {
  name: "cert drill",
  operands: "",
  groups: ["tls", "logging"],
  options: { days, lifetime, seed, json },
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LIFETIMES_MS: Readonly<Record<DrillLifetime, number>> = {
  "90d": 90 * DAY_MS,
  "45d": 45 * DAY_MS,
  "160h": 160 * HOUR_MS,
};
const DEFAULT_NAMES = ["docs.example.com"];

export const certDrillCommand: Command = {
  name: "drill",
  summary: "Play a year of renewals on a moved clock, with everything that goes wrong.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport cert drill", "a year with certificates of 90 days"],
      ["docport cert drill --lifetime 160h --days 60", "two months with certificates of six days"],
    ],
    about:
      "Runs the real keeper of certificates against a CA inside this process, on a clock that is" +
      " moved, and prints what would have happened when: a CA that is down, limits, a full disk," +
      " kills, a revocation. Nothing is listened on, asked or written. Exits with 1 if there was a" +
      " moment without a valid certificate.",
  }),

  async run(args, context) {
    const { env, cwd, signal } = context;
    const { options, flags, configFile } = readCommandLine(SYNTAX, args, cwd);
    const { domain } = await loadConfig({
      ...{ flags, env, cwd },
      ...(configFile !== undefined && { configFile }),
    });
    const { runDrill } = await import("../../certs/drill/run-drill.ts");
    const names = domain.length > 0 ? domain : DEFAULT_NAMES;
    const lifetimeMs = LIFETIMES_MS[options.lifetime];
    const drill = { names, days: options.days, lifetimeMs, seed: options.seed };
    const report = await runDrill(drill, signal);
    context.stdout(
      options.json ? `${JSON.stringify(report, null, 2)}\n` : drillText(report, options.lifetime),
    );
    return report.daysWithoutCertificate === 0 ? EXIT_OK : EXIT_FAILURE;
  },
};

/** The timeline of a drill, with what it comes to in the last lines. */
export function drillText(report: DrillReport, lifetime: DrillLifetime): string {
  const { names, seed, entries, certificates, orders, incidents } = report;
  const without = report.daysWithoutCertificate;
  return [
    `Drill: ${printable(names.join(", "))}, ${counted(report.days, "day")}, certificates of ${lifetime}, seed ${seed}`,
    "",
    "  day  time   what happened",
    ...entries.map(entryLine),
    "",
    `Certificates: ${certificates}, orders: ${orders}, incidents: ${incidents}`,
    `Days without a valid certificate: ${without === 0 ? 0 : without.toFixed(2)}`,
    "",
  ].join("\n");
}

function entryLine({ atMs, lastAtMs, kind, text, times }: DrillEntry): string {
  const more =
    times === undefined ? "" : ` (${times} times, the last one on ${dayAndTime(lastAtMs ?? atMs)})`;
  const mark = kind === "incident" ? "! " : "  ";
  const day = `${Math.floor(atMs / DAY_MS)}`.padStart(5);
  return `${day}  ${timeOf(atMs)}  ${mark}${printable(text)}${more}`;
}

function dayAndTime(atMs: number): string {
  return `day ${Math.floor(atMs / DAY_MS)} ${timeOf(atMs)}`;
}

function timeOf(atMs: number): string {
  const minutes = Math.floor((atMs % DAY_MS) / 60_000);
  const two = (value: number): string => `${value}`.padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
