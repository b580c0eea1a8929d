import type { App } from "../app.ts";
import type { CatalogFacts } from "../catalog/catalog.ts";
import { toggle } from "../config/setting-types.ts";
import type { Config } from "../config.ts";
import { DocportError, messageOf } from "../lib/errors.ts";
import { inheritedSockets } from "../net/inherited-sockets.ts";
import { readVersion } from "../version.ts";
import { agreeTerms } from "./agree-terms.ts";
import { type Command, type CommandContext, EXIT_OK } from "./command.ts";
import { loadCommandConfig } from "./command-config.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { createCommandLog } from "./command-log.ts";
import { connectLines } from "./connect-lines.ts";
import { describeDuration, describeFacts } from "./describe-facts.ts";
import { renderHelp } from "./help.ts";
import { reportLoading } from "./load-report.ts";
import { notifySystemd } from "./notify-systemd.ts";
import { printable } from "./terminal.ts";
import { trustLine } from "./trust-line.ts";

interface ServeOptions {
  readonly stdio: boolean;
}

const SYNTAX: CommandSyntax<ServeOptions> = {
  name: "serve",
  operands: "SOURCE...",
  groups: ["sources", "semantic", "server", "access", "tls", "fleet", "discovery", "logging"],
  options: {
    stdio: {
      flag: "--stdio",
      type: toggle,
      fallback: false,
      doc: "Speak MCP over stdin and stdout instead of HTTP, for a client that starts docport itself.",
    },
  },
};

export const serveCommand: Command = {
  name: "serve",
  summary: "Serve documentation, or an index file, to MCP clients.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport serve ./docs", "serve a folder on http://localhost:8080"],
      [
        "docport serve ./content --base-url https://docs.example.com/",
        "links in answers lead to the public site",
      ],
      [
        "docport serve https://docs.example.com/index.json --port 9000",
        "serve a site's JSON export",
      ],
      ["docport serve https://docs.example.com/", "crawl a website"],
      [
        "docport serve https://github.com/example/project.git#main",
        "serve a branch of a git repository",
      ],
      [
        "docport serve ./docs --domain docs.example.com --agree-tos",
        "serve it to the world, with a certificate that keeps itself",
      ],
      ["docport serve ./docs --tls local", "HTTPS on this computer"],
      ["docport serve manual.docport", "open an index file that `docport index` wrote"],
      ["docport serve ./docs --stdio", "for a client on this computer that starts servers itself"],
    ],
    about:
      "Reads the documentation, builds the search index and serves it until it is stopped" +
      " (Ctrl+C or SIGTERM; running requests get five seconds to end).",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadCommandConfig(line, line.operands, context);
    if (!line.options.stdio) return serveOverHttp(config, context);
    if (config.workers > 1) {
      throw new DocportError(
        "ERR_USAGE",
        `docport serve: --stdio is one process, not ${config.workers}`,
        {
          hint: "Leave `workers` out: one client on this computer needs no others.",
        },
      );
    }
    return serveOverStdio(config, context);
  },
};

async function serveOverHttp(given: Config, context: CommandContext): Promise<number> {
  const config = await agreeTerms(given, context);
  const startedAt = performance.now();
  // One process on one core: nothing of several is loaded.
  const start =
    config.workers > 1
      ? (await import("../primary-app.ts")).startPrimaryApp
      : (await import("../app.ts")).startApp;
  const log = createCommandLog(config, context);
  await using app = await reportLoading(config, context, (options) =>
    start(config, { ...options, log, sockets: inheritedSockets(context.env, process.pid) }),
  );
  await using systemd = notifySystemd({
    env: context.env,
    pid: process.pid,
    status: () => serviceStatus(app),
    onError: (message) => log("warn", "systemd.not-told", { message }),
  });
  await systemd?.ready();
  context.stdout(banner(app.facts, performance.now() - startedAt));
  context.stdout(addresses(app));
  await Promise.race([abortOf(context.signal), ...(app.lost ? [app.lost] : [])]);
  return EXIT_OK;
}

async function serveOverStdio(config: Config, context: CommandContext): Promise<number> {
  const startedAt = performance.now();
  const { streams } = context;
  if (!streams) throw new TypeError("--stdio needs the streams of the process");
  const { CatalogView } = await import("../catalog-view.ts");
  const { followCatalog } = await import("../follow-catalog.ts");
  const { createLivingLog } = await import("../living-log.ts");
  const { createMcpServerFactory } = await import("../mcp/create-mcp-server.ts");
  const { serveStdio } = await import("../mcp/serve-stdio.ts");
  const { keepGaps } = await import("../keep-gaps.ts");
  const log = createCommandLog(config, context);
  const { catalog, events, show } = new CatalogView();
  await using living = await reportLoading(config, context, (options) =>
    followCatalog(config, {
      ...options,
      prepare: (next) => () => show(next),
      onEvent: createLivingLog(log),
      onUnused: (message) => log("debug", "index.not-used", { message }),
    }),
  );
  context.stderr(banner(catalog().facts, performance.now() - startedAt));
  living.start();
  await using gaps = config.logQueries
    ? keepGaps(config.dataFolder, { now: Date.now, log })
    : undefined;
  const parts = { catalog, version: readVersion(), tellsChanges: true };
  await using server = serveStdio({
    createServer: createMcpServerFactory({ ...parts, onUnanswered: gaps?.onUnanswered }),
    events,
    ...streams,
    onError: (error) => log("error", "request.failed", { message: messageOf(error) }),
  });
  await Promise.race([server.closed, abortOf(context.signal)]);
  return EXIT_OK;
}

/** What `systemctl status` shows. */
function serviceStatus({ facts, url, certificate }: App): string {
  const line = certificate ? `; certificate ${certificate.line()}` : "";
  return printable(`Serving ${describeFacts(facts)} at ${url}${line}`);
}

function banner(facts: CatalogFacts, tookMs: number): string {
  const took = describeDuration(tookMs);
  return `${printable(facts.title)}: indexed ${describeFacts(facts)} in ${took}\n`;
}

function addresses(app: App): string {
  const { facts, url, mcpUrl, localUrl, corpusUrls, certificate, metricsUrl } = app;
  const clients = connectLines(facts.title, mcpUrl).map(({ client, how }) => [client, how]);
  const rows = [
    ["Serving", url],
    ...(localUrl === url ? [] : [["Listening", localUrl]]),
    ["MCP", mcpUrl],
    ...corpusUrls.map((one) => [printable(one.corpus), `${one.url}/mcp`]),
    ...(metricsUrl === undefined ? [] : [["Metrics", metricsUrl]]),
    ...(certificate ? [["Certificate", certificate.line()]] : []),
    ...(certificate?.rootFile === undefined
      ? []
      : [["Trust it", trustLine(process.platform, certificate.rootFile)]]),
  ];
  return ["", ...rows.map(aligned), "", "Connect", ...clients.map(aligned), "\n"].join("\n");
}

function aligned([name = "", text = ""]: readonly string[]): string {
  return `  ${name.padEnd(13)}${text}`;
}

/** Resolves when the signal aborts. */
function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
