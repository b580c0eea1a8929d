/** A regular expression as it is written: its source and its flags. */
export interface RegexLiteral {
  readonly source: string;
  readonly flags: string;
}

/** After these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /^[(,=:[!&|?{};+\-*%^~<>]?$/;
const WORDS_BEFORE_REGEX = new Set(["return", "typeof", "case", "of", "in", "yield", "await"]);

/** The literals in TypeScript; throws when what was taken for one is none. */
export function regexLiteralsIn(code: string): RegexLiteral[] {
  const literals: RegexLiteral[] = [];
  /** Open braces within each `${` that is not closed. */
  const templates: number[] = [];
  let before = "";
  let at = code.startsWith("#!") ? code.indexOf("\n") : 0;

  const skipUntil = (isEnd: (index: number) => boolean): void => {
    while (at < code.length && !isEnd(at)) at += code[at] === "\\" ? 2 : 1;
  };
  const readTemplate = (): void => {
    at += 1;
    skipUntil((index) => code[index] === "`" || code.startsWith("${", index));
    if (code[at] === "`") {
      before = "`";
      at += 1;
    } else {
      templates.push(0);
      before = "{";
      at += 2;
    }
  };
  const readRegex = (): void => {
    const start = at + 1;
    let isInClass = false;
    at = start;
    skipUntil((index) => {
      if (code[index] === "[") isInClass = true;
      else if (code[index] === "]") isInClass = false;
      return code[index] === "/" && !isInClass;
    });
    const flags = /^[a-z]*/.exec(code.slice(at + 1, at + 10))?.[0] ?? "";
    const { source } = new RegExp(code.slice(start, at), flags);
    literals.push({ source, flags });
    at += 1 + flags.length;
    before = ")";
  };

  while (at < code.length) {
    const char = code[at] ?? "";
    const word = /^[\w$]+/.exec(code.slice(at, at + 100))?.[0];
    if (/\s/.test(char)) at += 1;
    else if (code.startsWith("//", at)) skipUntil((index) => code[index] === "\n");
    else if (code.startsWith("/*", at)) at = code.indexOf("*/", at + 2) + 2;
    else if (char === '"' || char === "'") {
      at += 1;
      skipUntil((index) => code[index] === char);
      at += 1;
      before = char;
    } else if (char === "`") readTemplate();
    else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      readTemplate();
    } else if (char === "/" && (BEFORE_REGEX.test(before) || WORDS_BEFORE_REGEX.has(before))) {
      readRegex();
    } else {
      const depth = templates.pop();
      if (depth !== undefined) {
        templates.push(depth + (char === "{" ? 1 : char === "}" ? -1 : 0));
      }
      before = word ?? char;
      at += before.length;
    }
  }
  return literals;
}
