import { resolve } from "node:path";
import type { KeyRecord } from "../auth/key-file.ts";
import { scopeName } from "../config/access-rules.ts";
import type { SettingType } from "../config/setting.ts";
import { listOf, toggle } from "../config/setting-types.ts";
import { loadConfig } from "../config.ts";
import type { KeyPlace } from "../key-place.ts";
import { DocportError } from "../lib/errors.ts";
import { type Command, type CommandContext, EXIT_OK } from "./command.ts";
import { type CommandSyntax, readCommandLine } from "./command-line.ts";
import { renderHelp } from "./help.ts";
import { printable } from "./terminal.ts";

interface KeysOptions {
  readonly scopes: readonly string[];
  /** Milliseconds that a new key lives; undefined: it does not expire. */
  readonly expires: { readonly afterMs?: number };
  readonly json: boolean;
}

const DAY_MS = 86_400_000;
const MAX_NAME_CHARS = 100;

const lifetime: SettingType<KeysOptions["expires"]> = {
  valueName: "TIME",
  read(raw, site) {
    const typed = typeof raw === "string" ? raw.trim().toLowerCase() : "";
    if (typed === "never") return {};
    const [, count, unit] = /^([1-9]\d{0,4})([hd])$/.exec(typed) ?? [];
    if (count !== undefined)
      return { afterMs: Number(count) * (unit === "h" ? DAY_MS / 24 : DAY_MS) };
    site.report({ value: raw, expected: "hours or days such as 12h or 90d, or never" });
    return undefined;
  },
};

const SYNTAX: CommandSyntax<KeysOptions> = {
  name: "keys",
  operands: "create NAME | list | revoke ID",
  groups: ["access", "fleet"],
  options: {
    scopes: {
      flag: "--scopes",
      type: listOf(scopeName),
      fallback: [],
      doc: "Scopes of a new key: it shows the sections that access rules give them.",
    },
    expires: {
      flag: "--expires",
      type: lifetime,
      fallback: { afterMs: 365 * DAY_MS },
      doc: "When a new key ends: 12h, 90d or never. Default: 365d.",
    },
    json: {
      flag: "--json",
      type: toggle,
      fallback: false,
      doc: "List the keys as one JSON object.",
    },
  },
};

export const keysCommand: Command = {
  name: "keys",
  summary: "Create, list and revoke keys for private documentation.",
  help: renderHelp(SYNTAX, {
    examples: [
      ["docport keys create ci --keys-file keys.json", "make a key and show it once"],
      ["docport keys create ada --scopes docs:internal --expires 90d", "with scopes, for 90 days"],
      ["docport keys list", "who has a key, and until when"],
      ["docport keys revoke 3f9a0c11d2", "refuse a key from now on"],
    ],
    about:
      "Keys are for clients that can send a header: `Authorization: Bearer KEY`. The file keeps only" +
      " their hashes, and a running server follows it within a second. With a store the keys are kept" +
      " there, and all replicas follow.",
  }),

  async run(args, context) {
    const line = readCommandLine(SYNTAX, args, context.cwd);
    const config = await loadConfig({
      flags: line.flags,
      ...(line.configFile === undefined ? {} : { configFile: line.configFile }),
      env: context.env,
      cwd: context.cwd,
    });
    const [action, name, ...more] = line.operands;
    const isList = action === "list" && name === undefined;
    const isOther = (action === "create" || action === "revoke") && name !== undefined;
    if (more.length > 0 || !(isList || isOther)) {
      throw usage(
        "docport keys needs one of: create NAME, list, revoke ID",
        "Run `docport keys --help`.",
      );
    }
    const { keysFile } = config;
    if (keysFile === undefined) {
      const hint =
        "Name it with --keys-file, or as `auth.keysFile` in docport.yaml, here and for serve.";
      throw usage("it is not said which file the keys are in", hint);
    }
    const { openKeyPlace } = await import("../key-place.ts");
    await using place = await openKeyPlace(config, resolve(context.cwd, keysFile));
    if (isList) await list(place, line.options.json, context);
    else if (action === "create") await create(place, name ?? "", line.options, context);
    else await revoke(place, name ?? "", context);
    return EXIT_OK;
  },
};

async function create(
  place: KeyPlace,
  rawName: string,
  { scopes, expires }: KeysOptions,
  context: CommandContext,
): Promise<void> {
  const name = rawName.trim();
  if (name === "" || name.length > MAX_NAME_CHARS || /\p{Cc}/u.test(name)) {
    throw usage(`a name has 1 to ${MAX_NAME_CHARS} characters on one line`, "Choose another name.");
  }
  const { createBearerKey, hashBearerKey } = await import("../auth/bearer-key.ts");
  const { MAX_KEYS } = await import("../auth/key-file.ts");
  const key = createBearerKey();
  const hash = hashBearerKey(key).toString("hex");
  const createdAtMs = Date.now();
  const { afterMs } = expires;
  const limit = afterMs === undefined ? {} : { expiresAtMs: createdAtMs + afterMs };
  const record: KeyRecord = { id: hash.slice(0, 10), name, hash, scopes, createdAtMs, ...limit };
  await place.change((keys) => {
    if (keys.some((one) => one.name === name)) {
      throw usage(
        `there is a key named ${printable(name)}`,
        "Revoke it first, or choose another name.",
      );
    }
    if (keys.length >= MAX_KEYS) throw usage(`there are ${MAX_KEYS} keys`, "Revoke one first.");
    return [...keys, record];
  });
  context.stderr(
    `Key ${record.id} (${printable(name)}), ${validity(record, createdAtMs)}. It is shown this once:\n`,
  );
  context.stdout(`${key}\n`);
}

async function list(place: KeyPlace, asJson: boolean, context: CommandContext): Promise<void> {
  const keys = await place.read();
  const now = Date.now();
  if (asJson) {
    const shown = keys.map(({ id, name, scopes, createdAtMs, expiresAtMs }) => ({
      ...{ id, name, scopes, createdAt: new Date(createdAtMs).toISOString() },
      ...(expiresAtMs === undefined ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }),
    }));
    context.stdout(`${JSON.stringify({ keys: shown }, null, 2)}\n`);
    return;
  }
  const lines = keys.map((key) =>
    [key.id, validity(key, now).padEnd(20), printable(key.name), key.scopes.join(" ")]
      .join("  ")
      .trimEnd(),
  );
  context.stdout(lines.length === 0 ? "There are no keys.\n" : `${lines.join("\n")}\n`);
}

async function revoke(place: KeyPlace, wanted: string, context: CommandContext): Promise<void> {
  let revoked: KeyRecord | undefined;
  await place.change((keys) => {
    revoked = keys.find(({ id, name }) => id === wanted || name === wanted);
    if (!revoked) throw usage("there is no such key", "See `docport keys list` for their ids.");
    return keys.filter((key) => key !== revoked);
  });
  context.stderr(`Revoked key ${revoked?.id} (${printable(revoked?.name ?? "")}).\n`);
}

function validity({ expiresAtMs }: KeyRecord, now: number): string {
  if (expiresAtMs === undefined) return "does not expire";
  const day = new Date(expiresAtMs).toISOString().slice(0, 10);
  return expiresAtMs <= now ? `expired ${day}` : `until ${day}`;
}

function usage(message: string, hint: string): DocportError {
  return new DocportError("ERR_USAGE", message, { hint });
}
