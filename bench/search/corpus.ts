import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A section as every engine of the benchmark is given it. */
export interface BenchSection {
  readonly id: string;
  readonly group: string;
  readonly title: string;
  readonly text: string;
  readonly code: string;
}

/** Random numbers that are the same in every run. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Sections of the Markdown and text files in a folder and below it, cut at headings. */
export function readSections(folder: string, limit: number): BenchSection[] {
  const sections: BenchSection[] = [];
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(?:md|mdx|txt|rst)$/.test(path))
    .toSorted();
  for (const path of files) {
    const parts = readFileSync(join(folder, path), "utf8").split(/^(?=#{1,5} )/m);
    for (const [number, part] of parts.entries()) {
      const [, title = "", body = ""] = /^(?:#{1,5} ([^\n]*)\n?)?([^]*)$/.exec(part) ?? [];
      const blocks: string[] = [];
      const text = body.replace(/^```[^\n]*\n([^]*?)^```/gm, (_block, code: string) => {
        blocks.push(code);
        return "";
      });
      if (text.trim() === "" && blocks.length === 0) continue;
      sections.push({ id: `${path}#${number}`, group: path, title, text, code: blocks.join("\n") });
      if (sections.length === limit) return sections;
    }
  }
  return sections;
}

/** More sections made of those that there are: each copy has some of its words from another one. */
export function multiplySections(sections: readonly BenchSection[], count: number): BenchSection[] {
  const random = seededRandom(7);
  const many = sections.slice(0, count);
  while (many.length < count) {
    const copy = Math.floor(many.length / sections.length);
    const section = sections[many.length % sections.length]!;
    const other = sections[Math.floor(random() * sections.length)]!.text.split(/\s+/);
    const words = section.text.split(/\s+/);
    const text = words.map((word, i) => (random() < 0.3 ? (other[i] ?? word) : word)).join(" ");
    many.push({
      ...section,
      id: `${section.id}~${copy}`,
      group: `${section.group}~${copy}`,
      text,
    });
  }
  return many;
}

const SYLLABLES =
  "ba co di fu ga he ji ko lu ma ne po qui ra se to un va wo xi ze tion er al".split(" ");

/**
 * Sections of made-up words whose frequencies follow Zipf's law, with identifiers and code, about as
 * long as those of real documentation.
 */
export function syntheticSections(count: number): BenchSection[] {
  const random = seededRandom(1);
  const wordOf = (rank: number): string => {
    let word = "";
    for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / SYLLABLES.length)) {
      word += SYLLABLES[(rest * 7) % SYLLABLES.length];
    }
    return word;
  };
  const vocabulary = Array.from({ length: 60_000 }, (_, rank) => wordOf(rank));
  // The inverse of Zipf's distribution, to within what a benchmark needs.
  const pick = (): string => vocabulary[Math.floor(vocabulary.length ** random()) - 1] ?? "a";
  const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const identifier = (): string =>
    random() < 0.5 ? `${pick()}.${pick()}${upper(pick())}` : `${pick()}_${pick()}`;
  const sentence = (): string => {
    const words = Array.from({ length: 6 + Math.floor(random() * 14) }, () =>
      random() < 0.04 ? identifier() : pick(),
    );
    return `${upper(words.join(" "))}.`;
  };
  return Array.from({ length: count }, (_, number) => ({
    id: `page-${number >> 2}#${number & 3}`,
    group: `page-${number >> 2}`,
    title: random() < 0.4 ? identifier() : `${upper(pick())} ${pick()} ${pick()}`,
    text: Array.from({ length: 2 + Math.floor(random() * 8) }, sentence).join(" "),
    code: random() < 0.4 ? `${identifier()}(${identifier()}, ${pick()});\n${identifier()}` : "",
  }));
}

/** Natural language: a few words in a row of a section. Identifiers: names that sections hold. */
export function makeQueries(
  sections: readonly BenchSection[],
  count: number,
): { readonly natural: string[]; readonly identifiers: string[] } {
  const random = seededRandom(42);
  const natural = new Set<string>();
  const identifiers = new Set<string>();
  for (let tries = 0; tries < count * 50; tries++) {
    const { title, text, code } = sections[Math.floor(random() * sections.length)]!;
    const words = text.split(/\s+/).filter((word) => word !== "");
    const length = 3 + Math.floor(random() * 6);
    const start = Math.floor(random() * (words.length - length));
    if (start > 0 && natural.size < count)
      natural.add(words.slice(start, start + length).join(" "));
    const names = `${title} ${text} ${code}`.match(
      /[A-Za-z]\w*(?:(?:::|[._/-])\w+)+|[a-z]+[A-Z]\w+/g,
    );
    const name = names?.[Math.floor(random() * names.length)];
    if (name !== undefined && identifiers.size < count) identifiers.add(name);
  }
  return { natural: [...natural], identifiers: [...identifiers] };
}
