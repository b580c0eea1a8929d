import {
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createRequire } from "node:module";
import { ScratchFile } from "../../src/lib/scratch-file.ts";
import type * as Search from "../../src/search/index.ts";
import type { BenchSection } from "./corpus.ts";

/** An engine in the benchmark. Each step runs in a process of its own. */
export interface BenchEngine {
  /** Builds the index and saves it. Sections may be read while they are iterated over. */
  build(sections: Iterable<BenchSection>, path: string): void;
  /** Opens what was saved; the function answers a query with the ids of ten hits, with snippets. */
  open(path: string): (query: string) => readonly string[];
  fileBytes(path: string): number;
}

const require = createRequire(import.meta.url);
const HITS = 10;

/** What users run: the loader that runs TypeScript adds a call to every function that is made. */
const { IndexBuilder, SearchIndex } = (await import(
  new URL("../../dist/search/index.js", import.meta.url).href
)) as typeof Search;

const docport: BenchEngine = {
  build(sections, path) {
    const scratch = new ScratchFile(`${path}.scratch`);
    const builder = new IndexBuilder({ scratch });
    const stored = new Uint8Array(0);
    for (const section of sections) {
      builder.add({ ...section, language: "en", section: "", headings: [], stored });
    }
    const metadata = { byteLength: 0, chunks: () => [] };
    const file = openSync(path, "w");
    for (const chunk of builder.finishFile(metadata).chunks()) writeSync(file, chunk);
    closeSync(file);
    scratch[Symbol.dispose]();
  },
  open(path) {
    const index = SearchIndex.open(readFileSync(path));
    return (query) => index.search(query, { limit: HITS }).hits.map(({ id }) => id);
  },
  fileBytes: (path) => statSync(path).size,
};

/** What is used of MiniSearch, which is not a dependency of the project. */
interface MiniSearchLike {
  add(document: object): void;
  search(query: string): { id: string; match: Record<string, string[]> }[];
}
interface MiniSearchClass {
  new (options: object): MiniSearchLike;
  loadJSON(json: string, options: object): MiniSearchLike;
}

const MINISEARCH_OPTIONS = {
  fields: ["title", "text", "code"],
  storeFields: ["text"],
  searchOptions: { boost: { title: 2 } },
};

const miniSearchClass = (): MiniSearchClass => {
  const loaded = require("minisearch") as MiniSearchClass & { default?: MiniSearchClass };
  return loaded.default ?? loaded;
};

const minisearch: BenchEngine = {
  build(sections, path) {
    const index = new (miniSearchClass())(MINISEARCH_OPTIONS);
    for (const section of sections) index.add(section);
    writeFileSync(path, JSON.stringify(index));
  },
  open(path) {
    const index = miniSearchClass().loadJSON(readFileSync(path, "utf8"), MINISEARCH_OPTIONS);
    return (query) =>
      index
        .search(query)
        .slice(0, HITS)
        .map(({ id }) => id);
  },
  fileBytes: (path) => statSync(path).size,
};

/** What is used of better-sqlite3, which is not a dependency of the project either. */
interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: string[]): void;
    all(...values: string[]): { id: string }[];
  };
  close(): void;
}

const openDatabase = (path: string): Database =>
  new (require("better-sqlite3") as new (path: string) => Database)(path);

const fts5: BenchEngine = {
  build(sections, path) {
    rmSync(path, { force: true });
    const database = openDatabase(path);
    database.exec(
      "create virtual table section using fts5(id unindexed, title, text, code, tokenize = 'porter unicode61')",
    );
    database.exec("begin");
    const insert = database.prepare("insert into section values (?, ?, ?, ?)");
    for (const { id, title, text, code } of sections) insert.run(id, title, text, code);
    database.exec("commit");
    database.exec("insert into section (section) values ('optimize')");
    database.close();
  },
  open(path) {
    const statement = openDatabase(path).prepare(
      `select id, snippet(section, 2, '', '', '', 32) as snippet from section
       where section match ? order by bm25(section, 0, 2, 1, 0.7) limit ${HITS}`,
    );
    return (query) => {
      const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
      if (words.length === 0) return [];
      return statement.all(words.map((word) => `"${word}"`).join(" OR ")).map(({ id }) => id);
    };
  },
  fileBytes: (path) => statSync(path).size,
};

/** By name, as the table shows them. */
export const ENGINES: Readonly<Record<string, BenchEngine>> = {
  Docport: docport,
  "SQLite FTS5": fts5,
  MiniSearch: minisearch,
};
