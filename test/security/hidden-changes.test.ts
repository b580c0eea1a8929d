import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createBearerKey, hashBearerKey } from "../../src/auth/bearer-key.ts";
import { writeKeyFile } from "../../src/auth/key-file.ts";
import { answerOf, requestsFor } from "../http/auth/hidden-requests.ts";
import { startDocport } from "../support/start-docport.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const NARROW = createBearerKey();
const WIDE = createBearerKey();
const page = (text: string): string => `# A page\n\n${text}\n`;

/** An open stream of the older transport: what it has been told, as it comes. */
interface Stream extends AsyncDisposable {
  /** Resolves to everything up to and including this. */
  until(text: string): Promise<string>;
  /** Where its messages are sent. */
  readonly endpoint: string;
}

async function listen(url: string, key: string): Promise<Stream> {
  const ended = new AbortController();
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/sse`, { headers, signal: ended.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let heard = "";
  const until = async (text: string): Promise<string> => {
    while (!heard.includes(text)) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) throw new Error(`the stream ended before ${text}: ${heard}`);
      heard += value;
    }
    return heard;
  };
  const opening = await until("\n\n");
  const endpoint = /^data: (.*)$/m.exec(opening)?.[1] ?? "";
  return {
    until,
    endpoint: new URL(endpoint, url).href,
    async [Symbol.asyncDispose]() {
      ended.abort();
    },
  };
}

describe("pages that a caller may not see", () => {
  it("can change, come and go without a trace for who sees others, with or without a key", {
    timeout: 60_000,
  }, async () => {
    await using folder = await temporaryFolder({
      "docs/guide/0.md": page("The gateway and its token."),
      "docs/internal/zanzibar-0.md": page("The acquisition."),
    });
    const keysFile = join(folder.path, "keys.json");
    const record = (id: string, key: string, scopes: string[]) => ({
      ...{ id, name: id, hash: hashBearerKey(key).toString("hex"), scopes, createdAtMs: 0 },
    });
    await writeKeyFile(keysFile, [record("1", NARROW, []), record("2", WIDE, ["docs:internal"])]);
    await using docport = await startDocport([
      ...["serve", join(folder.path, "docs"), "--port", "0", "--keys-file", keysFile],
      ...["--access", "docs:internal=internal", "--allow-anonymous", "--title", "Manual"],
    ]);
    const answers = async (key?: string): Promise<unknown[]> => {
      const all: unknown[] = [];
      for (const request of requestsFor(docport.url, key, "gateway acquisition")) {
        all.push(await answerOf((one) => fetch(one), request));
      }
      return all;
    };
    await using narrow = await listen(docport.url, NARROW);
    await using wide = await listen(docport.url, WIDE);
    const before = [await answers(), await answers(NARROW)];
    const all = await answers(WIDE);
    expect(JSON.stringify(all)).toContain("The acquisition.");
    expect(JSON.stringify(before)).not.toContain("The acquisition.");

    const hidden = join(folder.path, "docs/internal");
    await writeFile(join(hidden, "zanzibar-1.md"), page("Another acquisition, by the gateway."));
    await writeFile(join(hidden, "zanzibar-0.md"), page("The acquisition is off."));
    await wide.until("notifications/resources/list_changed");

    expect([await answers(), await answers(NARROW)]).toEqual(before);
    expect(await answers(WIDE)).not.toEqual(all);
    // What comes after the change would be behind it on the same stream.
    const ping = { jsonrpc: "2.0", id: "after", method: "ping" };
    await fetch(narrow.endpoint, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${NARROW}` },
      body: JSON.stringify(ping),
    });
    expect(await narrow.until('"after"')).not.toContain("list_changed");
  });
});
