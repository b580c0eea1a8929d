import { nearestName } from "../lib/nearest-name.ts";
import type { ConfigProblem } from "./config-problem.ts";
import type { RawSetting, RawSettings } from "./raw-setting.ts";
import { CONFIG_FILE_ENV, SETTING_ROWS } from "./settings.ts";

/**
 * Kubernetes sets these in every container beside a Service that is called `docport`; they are not
 * ours to complain about. `DOCPORT_PORT` is one of them, as a URL.
 */
const SERVICE_LINK = /^DOCPORT_(SERVICE_|PORT_\d+_)/;
const SERVICE_LINK_PORT = /^(tcp|udp|sctp):\/\//;

/**
 * The settings among the environment's variables: all names that start with `DOCPORT_`. A variable
 * set to nothing counts as not set; a list is separated by commas.
 */
export function readEnv(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): RawSettings {
  const values: RawSetting[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith("DOCPORT_") || name === CONFIG_FILE_ENV) continue;
    if (text === undefined || text.trim() === "" || SERVICE_LINK.test(name)) continue;
    if (name === "DOCPORT_PORT" && SERVICE_LINK_PORT.test(text)) continue;
    const row = SETTING_ROWS.find(({ env: rowName }) => rowName === name);
    if (row) {
      values.push({ row, raw: row.type.isList ? splitList(text) : text, field: name, folder });
    } else {
      problems.push(unknownVariable(name));
    }
  }
  return { values, problems };
}

/** The items of `a, b,c`; empty ones are dropped. */
export function splitList(text: string): string[] {
  return text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function unknownVariable(name: string): ConfigProblem {
  const nearest = nearestName(name.slice("DOCPORT_".length), [
    ...SETTING_ROWS.map(({ env }) => env.slice("DOCPORT_".length)),
    CONFIG_FILE_ENV.slice("DOCPORT_".length),
  ]);
  return {
    kind: "unknown",
    field: name,
    expected: "a variable that docport knows",
    ...(nearest === undefined ? {} : { nearest: `DOCPORT_${nearest}` }),
  };
}
