import { readFile } from "node:fs/promises";
import type { DoctorCase, DoctorWorld } from "../certs/doctor/doctor-world.ts";
import type { Finding } from "../certs/doctor/finding.ts";
import { toggle } from "../config/setting-types.ts";
import type { Config } from "../config.ts";
import {
  type OpenCertificates,
  openCertificates,
  readCertCommandLine,
} from "./cert/cert-config.ts";
import { type Command, EXIT_FAILURE, EXIT_OK } from "./command.ts";
import type { CommandSyntax } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { printable, wrap } from "./terminal.ts";

interface DoctorOptions {
  readonly strict: boolean;
  readonly json: boolean;
}

const SYNTAX: CommandSyntax<DoctorOptions> = {
  name: "doctor",
  operands: "",
  groups: ["server", "tls", "fleet", "logging"],
  options: {
    strict: {
      flag: "--strict",
      type: toggle,
      fallback: false,
      doc: "Exit with 1 when there is a problem.",
    },
    json: { flag: "--json", type: toggle, fallback: false, doc: "Answer with one JSON object." },
  },
};

export const doctorCommand: Command = {
  name: "doctor",
  summary: "Look at what a certificate needs: DNS, ports, CAA, clock, disk, limits.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport doctor --domain docs.example.com", "before the first start, or when it fails"],
      ["docport doctor --domain docs.example.com --strict", "in a deployment, before the switch"],
    ],
    about:
      "Looks at everything that can be seen from this computer and orders nothing. Each finding is" +
      " one sentence and one fix, the worst first. It is advice: what it cannot see may still work.",
  }),

  async run(args, context) {
    const { options, config } = await readCertCommandLine(SYNTAX, args, context);
    const { examine } = await import("../certs/doctor/examine.ts");
    await using certificates = await openCertificates(config);
    const { world, subject } = await openWorld(config, certificates);
    const findings = await examine(world, subject, context.signal);
    context.stdout(
      options.json ? `${JSON.stringify({ findings }, null, 2)}\n` : doctorText(findings),
    );
    const isIll = findings.some(({ severity }) => severity === "problem");
    return options.strict && isIll ? EXIT_FAILURE : EXIT_OK;
  },
};

async function openWorld(
  config: Config,
  { folder, storage }: OpenCertificates,
): Promise<{ readonly world: DoctorWorld; readonly subject: DoctorCase }> {
  const { Resolver } = await import("node:dns/promises");
  const { networkInterfaces } = await import("node:os");
  const { authoritiesOf } = await import("../app-listener.ts");
  const { systemClock } = await import("../lib/clock.ts");
  const { getPlain, probePort } = await import("../net/doctor-probes.ts");
  const [authority] = await authoritiesOf(config);
  const world: DoctorWorld = {
    clock: systemClock,
    resolver: new Resolver({ timeout: 2_000, tries: 2 }),
    ownAddresses: () =>
      Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map((one) => one.address)),
    async askCa(signal) {
      const client = authority.createClient();
      const directory = await client.directory(signal);
      return { directory, clockOffsetMs: client.clockOffsetMs };
    },
    accountUrl: () => folder.accountUrl(),
    listen: (port) => probePort(config.host, port),
    get: getPlain,
    storage,
    // Linux only; elsewhere nothing is said about the file system.
    mountInfo: () => readFile("/proc/self/mountinfo", "utf8").catch(() => undefined),
    status: () => folder.status(),
    random: Math.random,
  };
  const hasDns = config.dnsHook !== undefined || config.dnsServer !== undefined;
  const subject: DoctorCase = {
    names: config.domain,
    port: config.port,
    acmePort: config.acmePort,
    certs: config.certs,
    challenges: ["tls-alpn-01", "http-01", ...(hasDns ? ["dns-01"] : [])],
    ca: new URL(authority.directoryUrl).host,
    profile: config.profile,
    hasAccountBinding: config.eabKid !== undefined,
  };
  return { world, subject };
}

const MARKS: Readonly<Record<Finding["severity"], string>> = {
  problem: "PROBLEM",
  warning: "warning",
  unknown: "unknown",
  good: "good",
};
const MARK_COLUMN = 9;
const WIDTH = 88;

/** The findings for people, the worst first, with what they come to in the last line. */
export function doctorText(findings: readonly Finding[]): string {
  const count = (severity: Finding["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const [problems, warnings, unknowns] = [count("problem"), count("warning"), count("unknown")];
  return [
    ...findings.flatMap(({ severity, sentence, fix }) => [
      ...indented(MARKS[severity].padEnd(MARK_COLUMN), printable(sentence)),
      ...(fix === undefined ? [] : indented(`${" ".repeat(MARK_COLUMN)}-> `, printable(fix))),
    ]),
    "",
    problems + warnings + unknowns === 0
      ? "Nothing stands in the way of a certificate."
      : `Problems: ${problems}, warnings: ${warnings}, not seen from here: ${unknowns}.`,
    "",
  ].join("\n");
}

function indented(head: string, text: string): readonly string[] {
  const [first = "", ...rest] = wrap(text, WIDTH);
  return [head + first, ...rest.map((line) => " ".repeat(head.length) + line)];
}
