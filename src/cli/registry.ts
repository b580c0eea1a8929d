import { join, relative } from "node:path";
import { registryVersion } from "../config/registry-types.ts";
import { filePath } from "../config/setting-types.ts";
import { loadConfig } from "../config.ts";
import { registryNameOf } from "../http/discovery.ts";
import { writeFileAtomic } from "../lib/atomic-file.ts";
import { DocportError } from "../lib/errors.ts";
import { isPublicHttps, shellQuote } from "../web/install-links.ts";
import { type Command, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";

interface RegistryOptions {
  /** Absolute. */
  readonly output: string | undefined;
  /** Absolute. */
  readonly key: string | undefined;
  readonly release: string;
}

const SYNTAX: CommandSyntax<RegistryOptions> = {
  name: "registry",
  operands: "",
  groups: ["sources", "server", "discovery"],
  options: {
    output: {
      flag: "--output",
      short: "o",
      type: filePath("FOLDER"),
      fallback: undefined,
      doc: "Folder to write server.json and mcp-registry-auth to. Default: this folder.",
    },
    key: {
      flag: "--key",
      type: filePath("FILE"),
      fallback: undefined,
      doc: "Private key; made when it is not there, never written over. Default: mcp-registry.key.",
    },
    release: {
      flag: "--release",
      type: registryVersion,
      fallback: "1.0.0",
      doc: "Version that is published; each can be published only once. Default: 1.0.0.",
    },
  },
};

const SCHEMA = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json";
/** The registry's own bound for a description and a title. */
const MAX_CHARS = 100;

export const registryCommand: Command = {
  name: "registry",
  summary: "Write server.json and the proof of the domain for the MCP registry.",
  help: renderHelp(SYNTAX, {
    examples: [
      [
        'docport registry --public-url https://docs.example.com --title "Example docs"',
        "prepare the first publication",
      ],
      [
        "docport registry --public-url https://docs.example.com --release 1.1.0",
        "prepare another one, with the same key",
      ],
    ],
    about:
      "Writes what `mcp-publisher` needs to list a server in the official MCP registry, and says the" +
      " commands. Nothing is sent anywhere.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadConfig({
      flags: line.flags,
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
      env: context.env,
      cwd: context.cwd,
    });
    const [domain] = config.domain.filter((name) => !name.startsWith("*."));
    const publicUrl = config.publicUrl ?? (domain === undefined ? undefined : `https://${domain}`);
    if (line.operands.length > 0) {
      throw new DocportError("ERR_USAGE", "docport registry reads no documentation", {
        hint: "Leave the source out; --title says what the documentation is called.",
      });
    }
    if (publicUrl === undefined || !isPublicHttps(publicUrl)) {
      throw new DocportError(
        "ERR_USAGE",
        "docport registry needs the public HTTPS URL of the server",
        { hint: "Say it: `docport registry --public-url https://docs.example.com`." },
      );
    }
    const { loadRegistryKey, unwritable } = await import("./registry-key.ts");
    const folder = line.options.output ?? context.cwd;
    const keyPath = line.options.key ?? join(folder, "mcp-registry.key");
    const { hostname } = new URL(publicUrl);
    const title = config.title ?? hostname;
    const key = await loadRegistryKey(keyPath);
    const server = {
      $schema: SCHEMA,
      name: config.registryName ?? registryNameOf(publicUrl, title),
      title: title.slice(0, MAX_CHARS),
      description: `Search and read the documentation of ${title}`.slice(0, MAX_CHARS),
      version: line.options.release,
      websiteUrl: publicUrl,
      remotes: [{ type: "streamable-http", url: new URL("/mcp", publicUrl).href }],
    };
    const files = {
      "server.json": `${JSON.stringify(server, null, 2)}\n`,
      "mcp-registry-auth": key.record,
    };
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, name);
      await writeFileAtomic(path, text).catch((cause: unknown) => {
        throw unwritable(path, cause);
      });
    }
    context.stdout(
      nextSteps({
        name: server.name,
        record: key.record,
        hostname,
        isNew: key.isNew,
        files: Object.keys(files).map((name) => relative(context.cwd, join(folder, name))),
        keyPath: relative(context.cwd, keyPath),
      }),
    );
    return EXIT_OK;
  },
};

interface Prepared {
  readonly name: string;
  readonly record: string;
  readonly hostname: string;
  readonly isNew: boolean;
  readonly files: readonly string[];
  readonly keyPath: string;
}

/** The secret itself is shown nowhere: the command line reads it from the file. */
function nextSteps({ name, record, hostname, isNew, files, keyPath }: Prepared): string {
  const privateKey = `"$(openssl pkey -in ${shellQuote(keyPath)} -noout -text | grep -A3 priv: | tail -n +2 | tr -d ' :\\n')"`;
  return `Wrote ${files.join(" and ")} for ${name}
${isNew ? `Made the key ${keyPath}; keep it secret, and keep it: later versions need it` : `Used the key ${keyPath}`}

Prove that the domain is yours, in one of two ways
  HTTP   docport serve ... --registry-proof '${record}'
  DNS    ${hostname}. TXT "${record}"

Then publish
  mcp-publisher login http --domain ${hostname} --private-key ${privateKey}
  mcp-publisher publish
(for DNS: mcp-publisher login dns, with the same arguments)
`;
}
