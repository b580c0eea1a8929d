/**
 * Whether time tells a hidden page from one that never was. Of names drawn at random, some are pages
 * that the caller may not see on one server and were never written on the other, and some the other
 * way round, so that what a name's own words cost falls out. Everything that a caller can ask about a
 * name is asked of both in rounds, each round in another order. The same is worked out for names that
 * are on neither server: that is what chance makes of it.
 *
 *     npx tsx bench/timing.ts [ROUNDS] [SEED]
 */
import { join } from "node:path";
import { createAccess } from "../src/access.ts";
import { createBearerKey, hashBearerKey } from "../src/auth/bearer-key.ts";
import { writeKeyFile } from "../src/auth/key-file.ts";
import { createConfig } from "../src/config.ts";
import type { HttpHandler } from "../src/http/http-options.ts";
import { systemClock } from "../src/lib/clock.ts";
import { catalogOf, type PageSpec } from "../test/auth/catalogs.ts";
import { modern, post } from "../test/http/mcp-requests.ts";
import { createTestHandler } from "../test/support/start-server.ts";
import { temporaryFolder } from "../test/support/temporary-folder.ts";

const ROUNDS = Number(process.argv[2] ?? 300);
const SEED = Number(process.argv[3] ?? 1);
/** Names of each of the four kinds: on the one server, on the other, and twice on neither. */
const NAMES = 60;
const OPEN_PAGES = 400;
const PERMUTATIONS = 5_000;
const BASE = "http://localhost:8080";
const KEY = createBearerKey();

/** xorshift32, so that a run can be repeated. */
let state = SEED * 2_654_435_761 || 1;
const random = (): number => {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
};
const shuffled = <T>(given: readonly T[]): T[] => {
  const all = [...given];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
};
const letters = (from: string): string => from[Math.floor(random() * from.length)] ?? "";
const word = (): string =>
  Array.from({ length: 4 }, () => letters("bcdfglmnprst") + letters("aeiou")).join("");

const words = [...new Set(Array.from({ length: 3_000 }, word))];
const names = words.splice(0, 4 * NAMES);
const group = (at: number): readonly string[] => names.slice(at * NAMES, (at + 1) * NAMES);
const text = (count: number): string =>
  Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(" ");
const open: readonly PageSpec[] = Array.from({ length: OPEN_PAGES }, (_, at) => ({
  ...{ id: `guide/${word()}-${at}`, title: text(3), text: text(200) },
}));
const hidden = (all: readonly string[]): PageSpec[] =>
  all.map((name) => ({
    ...{ id: `internal/${name}`, title: `${name} ${text(2)}`, text: `${name} ${text(200)}` },
    aliases: [`/${name}/`],
  }));

interface Question {
  readonly name: string;
  request(name: string): Request;
}

const authorization = `Bearer ${KEY}`;
const ask = (method: string, params: Record<string, unknown>): Request => {
  const { body, headers } = modern(method, params);
  return post(`${BASE}/mcp`, body, { ...headers, authorization });
};
const call = (name: string, given: Record<string, unknown>): Request =>
  ask("tools/call", { name, arguments: given });
const get = (path: string): Request => new Request(BASE + path, { headers: { authorization } });
const ref = { type: "ref/resource", uri: "docs://page/{+id}" };
const questions: readonly Question[] = [
  { name: "`fetch` by id", request: (name) => call("fetch", { id: `internal/${name}` }) },
  { name: "`fetch` by URL", request: (name) => call("fetch", { id: `/${name}/` }) },
  { name: "`search`", request: (name) => call("search", { query: `${name} token` }) },
  {
    name: "`search` in a section",
    request: (name) => call("search", { query: "token", section: `internal/${name}` }),
  },
  {
    name: "`resources/read`",
    request: (name) => ask("resources/read", { uri: `docs://page/internal/${name}` }),
  },
  {
    name: "completion",
    request: (name) =>
      ask("completion/complete", { ref, argument: { name: "id", value: `internal/${name}` } }),
  },
  { name: "`/pages/<id>.md`", request: (name) => get(`/pages/internal/${name}.md`) },
  { name: "`/search.json`", request: (name) => get(`/search.json?q=${name}`) },
];

await using folder = await temporaryFolder();
const keysFile = join(folder.path, "keys.json");
const hash = hashBearerKey(KEY).toString("hex");
await writeKeyFile(keysFile, [{ id: "1", name: "ci", hash, scopes: [], createdAtMs: 0 }]);
const given = { sources: ["docs"], access: ["docs:internal=internal"], auth: { keysFile } };

async function start(pages: readonly PageSpec[]): Promise<HttpHandler> {
  const access = createAccess(createConfig(given, "/"), {
    ...{ version: "1.2.3", clock: systemClock, log: () => undefined, fetch },
  });
  if (access) access.show(await access.viewsOf(await catalogOf(shuffled(pages))));
  return createTestHandler({
    access: access?.createGate(BASE),
    publicUrl: BASE,
    limits: { requestsPerMinute: 1_000_000_000 },
  });
}

await using one = await start([...open, ...hidden(group(0))]);
await using other = await start([...open, ...hidden(group(1))]);

async function timeMicros(handler: HttpHandler, request: Request): Promise<number> {
  const startedAt = performance.now();
  const response = await handler.fetch(request);
  const tookMs = performance.now() - startedAt;
  await response.arrayBuffer();
  if (response.status === 429) throw new Error("the limits are in the way");
  return tookMs * 1_000;
}

interface Times {
  /** Median on either server, by name. */
  readonly both: ReadonlyMap<string, number>;
  /** How much longer the one server's median is, by name. */
  readonly longer: ReadonlyMap<string, number>;
}

async function measure(question: Question): Promise<Times> {
  const times = names.map((name) => ({
    ...{ name, one: new Float64Array(ROUNDS), other: new Float64Array(ROUNDS) },
  }));
  for (let round = -10; round < ROUNDS; round++) {
    for (const own of shuffled(times)) {
      const order = random() < 0.5 ? (["one", "other"] as const) : (["other", "one"] as const);
      for (const server of order) {
        const handler = server === "one" ? one : other;
        const micros = await timeMicros(handler, question.request(own.name));
        if (round >= 0) own[server][round] = micros;
      }
    }
  }
  const median = (all: Float64Array): number => all.toSorted()[all.length >> 1] ?? Number.NaN;
  const found = times.map((own) => ({
    name: own.name,
    one: median(own.one),
    other: median(own.other),
  }));
  return {
    both: new Map(found.map((own) => [own.name, (own.one + own.other) / 2])),
    longer: new Map(found.map((own) => [own.name, own.one - own.other])),
  };
}

const mean = (all: readonly number[]): number =>
  all.reduce((sum, one) => sum + one, 0) / all.length;
const variance = (all: readonly number[]): number => {
  const middle = mean(all);
  return all.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (all.length - 1);
};

/**
 * How much longer a name of the first group takes on the one server than on the other, against the
 * second group, halved: with its 95% interval, and how often chance makes one as large.
 */
function compare({ longer }: Times, first: readonly string[], second: readonly string[]): string {
  const of = (group: readonly string[]): number[] => group.map((name) => longer.get(name) ?? NaN);
  const [left, right] = [of(first), of(second)];
  const difference = (mean(left) - mean(right)) / 2;
  const half = 0.99 * Math.sqrt(variance(left) / left.length + variance(right) / right.length);
  const all = [...left, ...right];
  let asLarge = 0;
  for (let i = 0; i < PERMUTATIONS; i++) {
    const mixed = shuffled(all);
    const by = (mean(mixed.slice(0, left.length)) - mean(mixed.slice(left.length))) / 2;
    if (Math.abs(by) >= Math.abs(difference)) asLarge += 1;
  }
  const chance = (asLarge / PERMUTATIONS).toFixed(2);
  return `${difference.toFixed(2)} ± ${half.toFixed(2)} (p ${chance})`;
}

console.log("| Question | takes µs | hidden, longer by µs | never there, longer by µs |");
console.log("| --- | --- | --- | --- |");
for (const question of questions) {
  const times = await measure(question);
  const cells = [
    question.name,
    mean([...times.both.values()]).toFixed(0),
    compare(times, group(0), group(1)),
    compare(times, group(2), group(3)),
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
