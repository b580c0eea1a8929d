import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { DocportError, messageOf, systemCodeOf } from "../../lib/errors.ts";
import { lowerKeys, mergeValues } from "../site/hugo-config.ts";
import { isValues, type Values } from "../site/values.ts";
import { readTextFile } from "./read-text.ts";

const CONFIG_FILE = /^(.+)\.(toml|ya?ml|json)$/;
const MAX_CONFIG_BYTES = 4_000_000;
/** A handful of aliases is a style; thousands are an attack on memory. */
const MAX_YAML_ALIASES = 100;

/**
 * The merged configuration of the Hugo site at `root`, keys in lower case: `hugo.*` (or `config.*`),
 * then `config/_default/`, then `config/production/`, later ones winning, as `hugo` itself builds.
 * Undefined when the folder has no such file. Throws ERR_SOURCE_UNREADABLE for a broken one.
 */
export async function loadHugoConfig(root: string): Promise<Values | undefined> {
  const rootFiles = (await namesIn(root)).filter((name) =>
    /^(?:hugo|config)\.(?:toml|ya?ml|json)$/.test(name),
  );
  // hugo.* wins over config.*; only one of them counts.
  const rootFile = rootFiles.toSorted().at(-1);
  let merged: Values | undefined;
  if (rootFile !== undefined) merged = await readConfigFile(join(root, rootFile));
  for (const environment of ["_default", "production"]) {
    const folder = join(root, "config", environment);
    for (const name of (await namesIn(folder)).toSorted()) {
      const match = CONFIG_FILE.exec(name);
      if (match === null) continue;
      const nested = nest(match[1] ?? "", await readConfigFile(join(folder, name)));
      merged = mergeValues(merged ?? {}, nested);
    }
  }
  return merged;
}

/** `languages.de` -> `{languages: {de: ...}}`; `hugo` and `config` are the root itself. */
function nest(name: string, values: Values): Values {
  const keys = name.toLowerCase().split(".");
  if (keys[0] === "hugo" || keys[0] === "config") return values;
  return keys.reduceRight((inner, key): Values => Object.fromEntries([[key, inner]]), values);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

/** A YAML, TOML or JSON file of settings, keys in lower case. */
export async function readConfigFile(path: string, owner = "Hugo"): Promise<Values> {
  try {
    const text = await readTextFile(path, MAX_CONFIG_BYTES);
    const parsed: unknown = path.endsWith(".toml")
      ? parseToml(text)
      : path.endsWith(".json")
        ? JSON.parse(text)
        : parseYaml(text, { maxAliasCount: MAX_YAML_ALIASES });
    const lowered = lowerKeys(parsed);
    return isValues(lowered) ? lowered : {};
  } catch (cause) {
    throw new DocportError(
      "ERR_SOURCE_UNREADABLE",
      `The ${owner} configuration "${path}" cannot be read: ${messageOf(cause)}`,
      { hint: `Correct the file so that ${owner} can build the site.`, cause },
    );
  }
}
