/**
 * Serves a real documentation folder with the built command and asks it questions whose right page
 * is known, as an MCP client does. Not part of `npm test`: it needs documentation that is not here.
 *
 *     node --import tsx test/corpora/ask.ts FOLDER QUESTIONS.json
 *
 * A question is answered when its page is among the first three hits and `fetch` gives its text.
 * One that is known to be missed says so with `missed`; when it is found after all, that fails too,
 * so that the list of misses only shrinks.
 */
import { readFileSync } from "node:fs";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import * as z from "zod/v4";
import { startDocport } from "../support/start-docport.ts";

const Questions = z.object({
  baseUrl: z.url(),
  questions: z.array(
    z.object({
      ask: z.string(),
      language: z.string().optional(),
      page: z.url(),
      missed: z.boolean().default(false),
    }),
  ),
});
const SearchAnswer = z.object({ results: z.array(z.object({ id: z.string(), url: z.url() })) });
const FetchAnswer = z.object({ text: z.string().min(1), url: z.url() });

const [folder, questionsFile] = process.argv.slice(2);
if (!folder || !questionsFile) throw new Error("usage: ask.ts FOLDER QUESTIONS.json");
const { baseUrl, questions } = Questions.parse(JSON.parse(readFileSync(questionsFile, "utf8")));

const withoutFragment = (url: string): string => url.replace(/#.*$/, "");

await using docport = await startDocport(["serve", folder, "--base-url", baseUrl, "--port", "0"]);
const client = new Client({ name: "ask", version: "1" }, { versionNegotiation: { mode: "auto" } });
await client.connect(new StreamableHTTPClientTransport(new URL(docport.mcpUrl)));

let passed = 0;
for (const { ask, language, page, missed } of questions) {
  const found = await client.callTool({
    name: "search",
    arguments: { query: ask, limit: 10, ...(language === undefined ? {} : { language }) },
  });
  const urls = SearchAnswer.parse(found.structuredContent).results;
  const rank = urls.findIndex(({ url }) => withoutFragment(url) === page) + 1;
  const hit = urls[rank - 1];
  const fetched = hit && (await client.callTool({ name: "fetch", arguments: { id: hit.id } }));
  const isRight =
    rank >= 1 && rank <= 3 && FetchAnswer.safeParse(fetched?.structuredContent).success;
  const isExpected = isRight !== missed;
  if (isExpected) passed++;
  const verdict = isExpected ? (missed ? "miss" : "ok  ") : "FAIL";
  console.log(`${verdict} rank ${rank || "-"}  ${ask}`);
  if (!isExpected) for (const { url } of urls.slice(0, 3)) console.log(`       instead: ${url}`);
}
await client.close();

console.log(`${passed} passed, ${questions.length - passed} failed`);
process.exitCode = passed === questions.length ? 0 : 1;
