import { normalizeName, type RstNames } from "./rst-inline.ts";
import { adornmentOf, type Lines } from "./rst-lines.ts";

const TARGET = /^\s*\.\. _(?:`([^`]{1,300})`|((?:\\.|[^:\\`]){1,300})):(?:\s+(\S.*)?)?$/;
const SUBSTITUTION = /^\s*\.\. \|([^|]{1,100})\|\s+(?:replace|unicode)::\s*(\S.*)?$/;

/** The names that a document gives to URLs, texts and sections, wherever it does so. */
export function collectNames(lines: Lines): RstNames {
  const urls = new Map<string, string>();
  const substitutions = new Map<string, string>();
  const titles = new Map<string, string>();
  let labels: string[] = [];
  lines.forEach((line, at) => {
    const target = targetOf(line);
    if (target !== undefined) {
      if (target.url === "") labels.push(normalizeName(target.name));
      else urls.set(normalizeName(target.name), target.url);
      return;
    }
    const substitution = SUBSTITUTION.exec(line);
    if (substitution) {
      substitutions.set(normalizeName(substitution[1] ?? ""), substitution[2] ?? "");
    }
    if (line === "") return;
    const isOverlined = adornmentOf(line) !== undefined;
    const title = isOverlined ? (lines[at + 1] ?? "").trim() : line;
    if (title !== "" && (isOverlined || adornmentOf(lines[at + 1]) !== undefined)) {
      for (const label of [...labels, normalizeName(title)]) titles.set(label, title);
    }
    labels = [];
  });
  return { urls, substitutions, titles };
}

/** `.. _name: https://...`; the URL is "" when the name is a label of what comes next. */
export function targetOf(
  line: string,
): { readonly name: string; readonly url: string } | undefined {
  const found = TARGET.exec(line);
  if (found === null) return undefined;
  const name = (found[1] ?? found[2] ?? "").replaceAll(/\\(.)/g, "$1");
  return name === "_" ? undefined : { name, url: (found[3] ?? "").trim() };
}
