import type { PhrasingContent } from "mdast";

/** What a document defines, for its references; names in lower case, blanks as one space. */
export interface RstNames {
  /** URLs of `.. _name: https://...`. */
  readonly urls: ReadonlyMap<string, string>;
  /** `.. |name| replace:: text`. */
  readonly substitutions: ReadonlyMap<string, string>;
  /** Titles of sections, by their labels and by themselves. */
  readonly titles: ReadonlyMap<string, string>;
}

const CODE_ROLES = new Set(
  "code literal file command program option envvar samp kbd makevar mimetype newsgroup regexp math token keyword func meth class mod exc data attr const obj type macro member var enum enumerator struct union expr dir domain setting ttag tfilter lookup djadmin js confval cmdoption".split(
    " ",
  ),
);
const STRONG_ROLES = new Set(["strong", "guilabel", "menuselection", "dfn"]);
const CALLS = new Set(["func", "meth"]);
const ROLE = /:([\w+.-]{1,40}(?::[\w+.-]{1,40})?):`/y;
const ROLE_AFTER = /:([\w+.-]{1,40}(?::[\w+.-]{1,40})?):/y;
const FOOTNOTE = /\[(\d{1,6}|[#*]?[\w.-]{0,80})\]_(?!\w)/y;
const WORD = /[\p{L}\p{N}]+(?:[_.+-]+[\p{L}\p{N}]+)*_{0,2}/uy;
const SUBSTITUTION = /\|([^|\s](?:[^|\n]{0,100}[^|\s])?)\|_{0,2}/y;

export function normalizeName(name: string): string {
  return name.replaceAll(/\s+/g, " ").trim().toLowerCase();
}

/** The inline markup of a paragraph. Takes time linear in its length. */
export function parseInline(text: string, names: RstNames): PhrasingContent[] {
  return new InlineParser(text, names).parse();
}

/** Text without its markup, for titles. */
export function plainText(nodes: readonly PhrasingContent[]): string {
  return nodes
    .map((node) =>
      "value" in node ? node.value : "children" in node ? plainText(node.children) : "",
    )
    .join("");
}

class InlineParser {
  readonly #text: string;
  readonly #names: RstNames;
  readonly #nodes: PhrasingContent[] = [];
  /** Closers that were looked for in vain: there is none further on either. */
  readonly #missing = new Set<string>();
  #plain = "";
  #at = 0;

  constructor(text: string, names: RstNames) {
    this.#text = text;
    this.#names = names;
  }

  parse(): PhrasingContent[] {
    const text = this.#text;
    while (this.#at < text.length) {
      const char = text[this.#at] ?? "";
      if (char === "\\") {
        const next = text[this.#at + 1] ?? "";
        this.#plain += /\s/.test(next) ? "" : next;
        this.#at += 2;
      } else if (!this.#readMarkup(char)) this.#readPlain(char);
    }
    this.#flush();
    return this.#nodes;
  }

  #readMarkup(char: string): boolean {
    switch (char) {
      case "`":
        return this.#text.startsWith("``", this.#at) ? this.#literal() : this.#interpreted("", 1);
      case ":": {
        const role = this.#match(ROLE);
        return role !== null && this.#interpreted(role[1] ?? "", role[0].length);
      }
      case "*":
        return this.#text.startsWith("**", this.#at)
          ? this.#emphasis("**", "strong")
          : this.#emphasis("*", "emphasis");
      case "|":
        return this.#substitution();
      case "[":
        return this.#footnote();
      default:
        return false;
    }
  }

  #readPlain(char: string): void {
    const word = this.#match(WORD)?.[0];
    if (word === undefined) {
      // What follows an opener that opens nothing is plain too: `` `` `` may not begin in its middle.
      const run = char === "`" || char === "*" ? this.#runOf(char) : char;
      this.#plain += run;
      this.#at += run.length;
      return;
    }
    const name = word.replace(/_{1,2}$/, "");
    const isReference = name !== word;
    const url = isReference ? this.#names.urls.get(name.toLowerCase()) : undefined;
    this.#at += word.length;
    if (isReference && this.#names.titles.has(name.toLowerCase())) this.#plain += name;
    else if (url === undefined) this.#plain += word;
    else this.#push(link(url, name));
  }

  #runOf(char: string): string {
    let end = this.#at;
    while (this.#text[end] === char) end += 1;
    return this.#text.slice(this.#at, end);
  }

  /** Where the closer stands, after no blank unless it closes a literal; -1 when nowhere. */
  #closer(mark: string, from: number): number {
    if (this.#missing.has(mark)) return -1;
    const isBlocked = mark === "``" ? /^$/ : /[\s\\]/;
    let end = this.#text.indexOf(mark, from + 1);
    while (end >= 0 && isBlocked.test(this.#text[end - 1] ?? "")) {
      end = this.#text.indexOf(mark, end + 1);
    }
    if (end < 0) this.#missing.add(mark);
    return end;
  }

  #literal(): boolean {
    const from = this.#at + 2;
    const found = this.#closer("``", from - 1);
    if (found < 0) return false;
    const end = this.#text[found + 2] === "`" ? found + 1 : found;
    this.#push({ type: "inlineCode", value: oneLine(this.#text.slice(from, end)) });
    this.#at = end + 2;
    return true;
  }

  #emphasis(mark: string, type: "strong" | "emphasis"): boolean {
    const from = this.#at + mark.length;
    const [before, after] = [this.#text[this.#at - 1] ?? " ", this.#text[from] ?? " "];
    if (/[\s*]/.test(after) || /[\p{L}\p{N}]/u.test(before)) return false;
    const end = this.#closer(mark, from);
    if (end < 0) return false;
    const value = unescape(this.#text.slice(from, end));
    this.#push({ type, children: [{ type: "text", value }] });
    this.#at = end + mark.length;
    return true;
  }

  /** `` `text` `` with a role before or after it, or as a reference. */
  #interpreted(roleBefore: string, opening: number): boolean {
    const from = this.#at + opening;
    if (/[\s`]/.test(this.#text[from] ?? " ")) return false;
    const end = this.#closer("`", from);
    if (end < 0) return false;
    const content = unescape(this.#text.slice(from, end));
    this.#at = end + 1;
    const role = roleBefore || (this.#match(ROLE_AFTER)?.[1] ?? "");
    if (role !== "" && roleBefore === "") this.#at += role.length + 2;
    const isReference = role === "" && this.#text[this.#at] === "_";
    if (isReference) this.#at += this.#text[this.#at + 1] === "_" ? 2 : 1;
    this.#push(isReference ? this.#reference(content) : this.#role(role, content));
    return true;
  }

  #reference(content: string): PhrasingContent {
    const { title, target } = splitTarget(content);
    const name = target?.endsWith("_") === true ? target.slice(0, -1) : target;
    const url =
      this.#names.urls.get(normalizeName(name ?? title)) ??
      (name !== undefined && /^[a-z][a-z0-9+.-]*:|^[./#]/i.test(name) ? name : undefined);
    return url === undefined ? { type: "text", value: title } : link(url, title);
  }

  #role(fullRole: string, content: string): PhrasingContent {
    const role = fullRole.slice(fullRole.lastIndexOf(":") + 1);
    const { title, target } = splitTarget(content);
    if (role === "pep") return { type: "text", value: `PEP ${title}` };
    if (role === "rfc") return { type: "text", value: `RFC ${title}` };
    if (role === "ref" || role === "numref" || role === "doc" || role === "any") {
      const known = target === undefined ? this.#names.titles.get(normalizeName(title)) : undefined;
      return { type: "text", value: known ?? title };
    }
    if (STRONG_ROLES.has(role)) {
      return { type: "strong", children: [{ type: "text", value: title }] };
    }
    if (role === "emphasis" || role === "title-reference" || role === "t") {
      return { type: "emphasis", children: [{ type: "text", value: title }] };
    }
    if (CODE_ROLES.has(role) || fullRole.includes(":")) {
      const shown = oneLine(title.replace(/^[~!]/, ""));
      const isCall = CALLS.has(role) && target === undefined && !shown.endsWith(")");
      return { type: "inlineCode", value: isCall ? `${shown}()` : shown };
    }
    return { type: "text", value: title };
  }

  #substitution(): boolean {
    const found = this.#match(SUBSTITUTION);
    if (found === null) return false;
    const value = this.#names.substitutions.get(normalizeName(found[1] ?? ""));
    if (value === undefined) return false;
    this.#plain += value;
    this.#at += found[0].length;
    return true;
  }

  #footnote(): boolean {
    const found = this.#match(FOOTNOTE);
    if (found === null) return false;
    this.#plain += `[${(found[1] ?? "").replace(/^[#*]/, "")}]`;
    this.#at += found[0].length;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text);
  }

  #push(node: PhrasingContent): void {
    this.#flush();
    this.#nodes.push(node);
  }

  #flush(): void {
    if (this.#plain !== "") this.#nodes.push({ type: "text", value: this.#plain });
    this.#plain = "";
  }
}

/** `Text <target>` -> both; anything else is its own title. */
function splitTarget(content: string): { title: string; target: string | undefined } {
  const open = content.endsWith(">") ? content.lastIndexOf("<") : -1;
  const title = oneLine(content.slice(0, Math.max(0, open)));
  const target = content.slice(open + 1, -1).trim();
  if (open <= 0 || title === "") {
    return {
      title: oneLine(open === 0 ? target : content),
      target: open === 0 ? target : undefined,
    };
  }
  return { title, target };
}

function link(url: string, title: string): PhrasingContent {
  return { type: "link", url, children: [{ type: "text", value: title }] };
}

const unescape = (text: string): string =>
  text.replaceAll(/\\(?:\s|([^]?))/g, (_, char: string | undefined) => char ?? "");

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ").trim();
