import { DocportError, messageOf } from "../../lib/errors.ts";
import type { DocumentBlocks } from "../read-document.ts";
import { BlockListBuilder } from "../sections/block-list.ts";
import { normalizeText } from "../sections/strip-invisible.ts";
import { isValues, type Values } from "../site/values.ts";

/** Of one output; what is longer is cut, and says so. */
const MAX_OUTPUT_CHARS = 2000;
const MAX_OUTPUT_LINES = 40;
const MAX_CELLS = 20_000;
// oxlint-disable-next-line no-control-regex -- escape sequences are what is sought
const TERMINAL_COLOURS = /\u001b\[[0-9;]*[A-Za-z]/g;

/**
 * A Jupyter notebook, format 3 or 4: its Markdown, its code in the language of the kernel, and what
 * the code wrote, cut to a screenful. Pictures, HTML and other data are left out.
 * https://nbformat.readthedocs.io/en/latest/format_description.html
 * Throws ERR_PAGE_UNREADABLE when it is no notebook, or older than format 3.
 */
export function readNotebook(text: string, maxDepth: number): DocumentBlocks {
  const notebook = parse(text);
  const cells = cellsOf(notebook);
  if (cells.length > MAX_CELLS) throw unreadable(`it has more than ${MAX_CELLS} cells`);
  const language = languageOf(notebook);
  const page = new BlockListBuilder(maxDepth, text.length);
  for (const cell of cells) {
    const type = cell["cell_type"];
    const source = textOf(cell["source"] ?? cell["input"]);
    if (type === "markdown") page.markdown(withoutAttachments(source));
    else if (type === "heading") page.heading(Number(cell["level"] ?? 1), source.trim());
    else if (type === "code") {
      page.code(source, languageOfCell(source, textOf(cell["language"]) || language));
      for (const output of valuesIn(cell["outputs"])) page.code(outputOf(output), "text");
    }
    // Raw cells are meant for a converter to another format, not for a reader.
  }
  const { title } = valuesAt(notebook, "metadata");
  return {
    blocks: page.blocks,
    links: page.links,
    title: typeof title === "string" && title.trim() !== "" ? title.trim() : undefined,
  };
}

function parse(text: string): Values {
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch (cause) {
    throw unreadable(`it is no JSON: ${messageOf(cause)}`, cause);
  }
  if (!isValues(notebook)) throw unreadable("it is no notebook");
  const format = notebook["nbformat"];
  if (format === 3 || format === 4) return notebook;
  throw unreadable(
    typeof format === "number"
      ? `it is a notebook of format ${format}, and formats 3 and 4 are read`
      : "it does not say which format of notebook it is (nbformat)",
  );
}

/** Format 3 has its cells on worksheets. */
function cellsOf(notebook: Values): readonly Values[] {
  if (notebook["nbformat"] === 4) return valuesIn(notebook["cells"]);
  return valuesIn(notebook["worksheets"]).flatMap((sheet) => valuesIn(sheet["cells"]));
}

function languageOf(notebook: Values): string {
  const metadata = valuesAt(notebook, "metadata");
  const name =
    valuesAt(metadata, "language_info")["name"] ??
    valuesAt(metadata, "kernelspec")["language"] ??
    (notebook["nbformat"] === 3 ? "python" : undefined);
  return typeof name === "string" && /^[\w+#.-]{1,30}$/.test(name) ? name.toLowerCase() : "";
}

/** A cell that begins with `%%bash` or the like is in that language. */
function languageOfCell(source: string, language: string): string | undefined {
  const magic = /^%%(bash|sh|html|javascript|js|latex|perl|ruby|R|sql|cython)\b/.exec(source)?.[1];
  return magic ?? (language === "" ? undefined : language);
}

function outputOf(output: Values): string {
  const data = valuesAt(output, "data");
  const raw =
    output["output_type"] === "error" || output["output_type"] === "pyerr"
      ? `${textOf(output["ename"])}: ${textOf(output["evalue"])}`
      : textOf(output["text"] ?? data["text/plain"]);
  const text = normalizeText(raw.replaceAll(TERMINAL_COLOURS, "")).trimEnd();
  // `<Figure size 640x480 with 1 Axes>` stands for a picture, `<matplotlib... at 0x7f>` for nothing.
  if (/^<[^\n<>]{1,200}>$/.test(text.trim())) return "";
  const lines = text.slice(0, MAX_OUTPUT_CHARS).split("\n");
  const kept = lines.slice(0, MAX_OUTPUT_LINES).join("\n");
  return kept.length < text.length ? `${kept}\n[... cut]` : text;
}

/** Pictures that are in the cell itself are no text; the words for them stay. */
function withoutAttachments(markdown: string): string {
  return markdown.replaceAll(/!\[([^\]\n]{0,500})\]\((?:attachment|data):[^)\n]*\)/g, "$1");
}

/** Text is written as one string, or as a list of lines. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === "string").join("") : "";
}

function valuesAt(values: Values, key: string): Values {
  const value = values[key];
  return isValues(value) ? value : {};
}

function valuesIn(value: unknown): readonly Values[] {
  return Array.isArray(value) ? value.filter((item) => isValues(item)) : [];
}

function unreadable(reason: string, cause?: unknown): DocportError {
  return new DocportError("ERR_PAGE_UNREADABLE", reason, {
    hint: "Open and save it with a current Jupyter.",
    cause,
  });
}
