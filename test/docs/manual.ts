/** Reads the manual for the tests that hold it true. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const ROOT: string = resolve(import.meta.dirname, "../..");

export interface Document {
  /** From the project's root: `docs/errors.md`. */
  readonly path: string;
  readonly text: string;
}

const readDocument = (path: string): Document => ({
  path,
  text: readFileSync(join(ROOT, path), "utf8"),
});

/** Every Markdown file that people read: the manual, and the files at the root. */
export const DOCUMENTS: readonly Document[] = [
  ...readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((path) =>
    join("docs", path),
  ),
  ...readdirSync(ROOT),
]
  .filter((path) => path.endsWith(".md") && existsSync(join(ROOT, path)))
  .toSorted()
  .map(readDocument);

export function documentAt(path: string): Document {
  return readDocument(path);
}

/** Rows of all tables below a heading, cells trimmed and code marks kept, without the header row. */
export function tableRows(text: string, heading: string): string[][] {
  const start = text.split("\n").findIndex((line) => line.replace(/^#+ /, "") === heading);
  if (start < 0) throw new Error(`no heading "${heading}"`);
  const rest = text.split("\n").slice(start + 1);
  const end = rest.findIndex((line) => line.startsWith("#"));
  return rest
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line.startsWith("|") && !/^\|[\s|-]+\|$/.test(line))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf("|"))
        .split("|")
        .map((cell) => cell.trim()),
    )
    .filter(([first]) => first?.startsWith("`"));
}

/** Headings as the fragments that lead to them on GitHub. */
export function fragmentsOf(text: string): string[] {
  return withoutCode(text)
    .split("\n")
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, "")
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
}

export function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** Lines of shell blocks, comments dropped. */
export function shellLines(text: string): string[] {
  return [...text.matchAll(/^```(?:sh|bash|console)\n([\s\S]*?)^```$/gm)]
    .flatMap((match) => (match[1] ?? "").split("\n"))
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** Words of a shell line; quotes are taken off. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}
