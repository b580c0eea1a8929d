import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { messageOf, systemCodeOf } from "../lib/errors.ts";
import { showValue } from "./config-problem.ts";
import type { RawSettings } from "./raw-setting.ts";
import { type DataEntry, readData } from "./read-data.ts";

const MAX_FILE_BYTES = 1024 * 1024;

export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** Who named it (`--config`); absent when it is the one that is looked for. */
  readonly namedBy?: string;
}

/**
 * The settings of a docport.yaml. Relative paths in it start at its folder. A file that was not
 * named and does not exist is no problem.
 */
export async function readConfigFile(file: ConfigFile): Promise<RawSettings> {
  const field = file.namedBy ?? basename(file.path);
  const problem = (value: string, expected: string): RawSettings => ({
    values: [],
    problems: [{ kind: "value", field, value, expected }],
  });
  let text: string | undefined;
  try {
    text = await readBounded(file.path);
  } catch (error) {
    const code = systemCodeOf(error);
    if (code === "ENOENT" && file.namedBy === undefined) return { values: [], problems: [] };
    const reason = code === "ENOENT" ? "no such file" : (code ?? messageOf(error));
    return problem(`${showValue(file.path)} (${reason})`, "a file that can be read");
  }
  if (text === undefined) return problem("more", `at most ${MAX_FILE_BYTES} bytes of YAML`);
  return readYaml(text, basename(file.path), dirname(file.path));
}

/** The file's text, or undefined when it is too long. */
async function readBounded(path: string): Promise<string | undefined> {
  const handle = await open(path, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAX_FILE_BYTES + 1));
    return bytesRead > MAX_FILE_BYTES ? undefined : buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function readYaml(text: string, fileName: string, folder: string): Promise<RawSettings> {
  // Loaded only by those who have a file: it costs more than the rest of the command line.
  const { isMap, isNode, isScalar, LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const placeOf = (offset: number): string => `${fileName}:${lineCounter.linePos(offset).line}`;

  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      kind: "value" as const,
      field: placeOf(error.pos[0]),
      value: error.message.split("\n")[0] ?? error.message,
      expected: "YAML",
    }));
    return { values: [], problems };
  }
  const root: unknown = document.contents;
  if (root === null) return { values: [], problems: [] };
  if (!isMap(root)) {
    const problem = {
      kind: "value" as const,
      field: fileName,
      value: "something else",
      expected: "a mapping of settings, such as `title: My documentation`",
    };
    return { values: [], problems: [problem] };
  }
  return readData(entriesOfMap(root), folder);

  function entriesOfMap(map: import("yaml").YAMLMap): DataEntry[] {
    return map.items.map(({ key, value }) => {
      const offset = isScalar(key) ? key.range?.[0] : undefined;
      return {
        key: isScalar(key) ? String(key.value) : "?",
        ...(offset === undefined ? {} : { place: placeOf(offset) }),
        ...(isMap(value) ? { entries: entriesOfMap(value) } : {}),
        value: toData(value),
      };
    });
  }

  function toData(node: unknown): unknown {
    return isNode(node) ? node.toJS(document, { maxAliasCount: 100 }) : node;
  }
}
