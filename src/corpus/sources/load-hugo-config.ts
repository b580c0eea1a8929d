import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import { DocportError, messageOf } from "../../lib/errors.ts";
import { lowerKeys, mergeValues } from "../site/hugo-config.ts";
import { isValues, type Values } from "../site/values.ts";
import type { FileTree } from "./file-tree.ts";
import { decodeUtf8 } from "./read-text.ts";

const CONFIG_FILE = /^(.+)\.(toml|ya?ml|json)$/;
const MAX_CONFIG_BYTES = 4_000_000;
/** A handful of aliases is a style; thousands are an attack on memory. */
const MAX_YAML_ALIASES = 100;

/**
 * The merged configuration of the Hugo site in a tree, keys in lower case: `hugo.*` (or `config.*`),
 * then `config/_default/`, then `config/production/`, later ones winning, as `hugo` itself builds.
 * Undefined when it has no such file. Throws ERR_SOURCE_UNREADABLE for a broken one.
 */
export async function loadHugoConfig(tree: FileTree): Promise<Values | undefined> {
  const rootFiles = (await tree.names("")).filter((name) =>
    /^(?:hugo|config)\.(?:toml|ya?ml|json)$/.test(name),
  );
  // hugo.* wins over config.*; only one of them counts.
  const rootFile = rootFiles.toSorted().at(-1);
  let merged: Values | undefined;
  if (rootFile !== undefined) merged = await readConfigFile(tree, rootFile);
  for (const environment of ["_default", "production"]) {
    const folder = `config/${environment}`;
    for (const name of (await tree.names(folder)).toSorted()) {
      const match = CONFIG_FILE.exec(name);
      if (match === null) continue;
      const nested = nest(match[1] ?? "", await readConfigFile(tree, `${folder}/${name}`));
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

/** A YAML, TOML or JSON file of settings, keys in lower case. */
export async function readConfigFile(
  tree: FileTree,
  path: string,
  owner = "Hugo",
): Promise<Values> {
  try {
    const text = decodeUtf8(await tree.read(path, MAX_CONFIG_BYTES));
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
      `The ${owner} configuration "${path}" of "${tree.name}" cannot be read: ${messageOf(cause)}`,
      { hint: `Correct the file so that ${owner} can build the site.`, cause },
    );
  }
}
