import type {
  ChallengeSharing,
  LocalAnswers,
  SharedAnswer,
} from "../certs/challenges/challenge-sharing.ts";
import { isRecord, parseJson, stringIn } from "../certs/parse-json.ts";
import type { FolderEntry, PostgresStorage } from "./postgres-storage.ts";
import type { Replicas } from "./replicas.ts";

export interface SharedChallengesOptions {
  readonly storage: PostgresStorage;
  readonly replicas: Pick<Replicas, "acknowledge" | "untilHeard">;
}

const FOLDER = "challenges";
/** A CA waits longer than this for our word; a replica that is slower is as good as dead. */
const HEARD_WITHIN_MS = 3_000;
/** Questions for unknown tokens that wait for the database at once; further ones are refused. */
const MAX_QUESTIONS = 8;

/** Challenge answers by way of the store: what one replica publishes all of them answer. */
export class SharedChallenges implements ChallengeSharing {
  readonly #storage: PostgresStorage;
  readonly #replicas: SharedChallengesOptions["replicas"];
  /** How to take back what was heard, by key. */
  readonly #heard = new Map<string, { readonly change: bigint; readonly remove: () => void }>();
  #answers: LocalAnswers | undefined;
  #looking: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #questions = 0;

  constructor({ storage, replicas }: SharedChallengesOptions) {
    this.#storage = storage;
    this.#replicas = replicas;
  }

  /** Whether a change of this key, or of any, concerns answers. */
  static concerns(key: string | undefined): boolean {
    return key === undefined || key === FOLDER || key.startsWith(`${FOLDER}/`);
  }

  async publish(answer: SharedAnswer): Promise<() => Promise<void>> {
    const key = keyOf(answer);
    await this.#storage.store(key, JSON.stringify(answer), { secret: true });
    const change = await this.#storage.changeOf(key);
    if (change !== undefined) await this.#replicas.untilHeard(change, HEARD_WITHIN_MS);
    // A leader that lost its lease may not delete; the next answer of that name replaces it.
    return () => this.#storage.delete(key).catch(() => undefined);
  }

  follow(answers: LocalAnswers): AsyncDisposable {
    this.#answers = answers;
    // What was published before; with the store away, its news of being back looks again.
    void this.refresh().catch(() => undefined);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#answers = undefined;
        await this.#looking;
      },
    };
  }

  /** Looks at all answers anew. Rejects when the store does; the next change looks again. */
  refresh(): Promise<void> {
    // One that has not begun yet sees this change as well: a certificate of many names has many.
    this.#next ??= this.#looking.then(() => {
      this.#next = undefined;
      return this.#refresh();
    });
    this.#looking = this.#next.catch(() => undefined);
    return this.#next;
  }

  async find(token: string): Promise<string | undefined> {
    if (this.#questions >= MAX_QUESTIONS) return undefined;
    this.#questions++;
    try {
      const value = await this.#storage.load(`${FOLDER}/http-01/${token}`);
      const answer = value && readAnswer(value);
      return answer?.type === "http-01" ? answer.keyAuthorization : undefined;
    } catch {
      return undefined;
    } finally {
      this.#questions--;
    }
  }

  async #refresh(): Promise<void> {
    const answers = this.#answers;
    if (!answers) return;
    const entries = await this.#storage.loadFolder(FOLDER);
    const keys = new Set(entries.map(({ key }) => key));
    for (const [key, { remove }] of this.#heard) {
      if (keys.has(key)) continue;
      remove();
      this.#heard.delete(key);
    }
    for (const entry of entries) this.#hear(entry, answers);
    const newest = entries.reduce((most, { change }) => (change > most ? change : most), 0n);
    if (newest > 0n) await this.#replicas.acknowledge(newest);
  }

  #hear({ key, value, change }: FolderEntry, answers: LocalAnswers): void {
    const known = this.#heard.get(key);
    if (known?.change === change) return;
    const answer = readAnswer(value);
    if (!answer) return;
    known?.remove();
    const remove =
      answer.type === "http-01"
        ? answers.http.add(answer.token, answer.keyAuthorization)
        : answers.tlsAlpn.add(answer.serverName, { cert: answer.cert, key: answer.key });
    this.#heard.set(key, { change, remove });
  }
}

function keyOf(answer: SharedAnswer): string {
  const name = answer.type === "http-01" ? answer.token : answer.serverName.toLowerCase();
  return `${FOLDER}/${answer.type}/${name}`;
}

/** Undefined for what no version of ours has written. */
function readAnswer(value: Uint8Array): SharedAnswer | undefined {
  const fields = parseJson(Buffer.from(value).toString());
  if (!isRecord(fields)) return undefined;
  const field = (name: string): string => stringIn(fields, name) ?? "";
  switch (fields["type"]) {
    case "http-01": {
      const keyAuthorization = field("keyAuthorization");
      return { type: "http-01", token: field("token"), keyAuthorization };
    }
    case "tls-alpn-01": {
      const pair = { cert: field("cert"), key: field("key") };
      return { type: "tls-alpn-01", serverName: field("serverName"), ...pair };
    }
    default:
      return undefined;
  }
}
