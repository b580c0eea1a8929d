export interface Instruction {
  readonly name: string;
  /** Continued lines joined. */
  readonly text: string;
}

/** Instructions of a Dockerfile in their order, without comments. */
export function parseDockerfile(source: string): readonly Instruction[] {
  const joined = source
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ");
  return joined
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", text = ""] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
      return { name, text };
    });
}

/** The words of an instruction in JSON form (`["a", "b"]`), without options before it. */
export function execForm(text: string): readonly string[] {
  const json: unknown = JSON.parse(text.slice(text.indexOf("[")));
  return Array.isArray(json) ? json.map(String) : [];
}
