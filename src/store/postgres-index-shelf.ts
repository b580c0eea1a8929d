import { createHash } from "node:crypto";
import type { Clock } from "../lib/clock.ts";
import { DocportError } from "../lib/errors.ts";
import type {
  BuilderLease,
  IndexShelf,
  Publication,
  ShelfNews,
  ShelfState,
  ShelvedIndex,
} from "../living/index-shelf.ts";
import { ChunkedDownload } from "./chunked-download.ts";
import type { Database } from "./database.ts";
import { HeldLeases } from "./held-leases.ts";
import { CHANGES_CHANNEL } from "./postgres-storage.ts";

export interface PostgresIndexShelfOptions {
  /** Its schema has been migrated. */
  readonly database: Database;
  readonly clock: Clock;
  /** Who publishes, for people: host and process. */
  readonly holder: string;
}

/** Name of the lease of the replica that builds. */
export const BUILDER_LEASE = "index";
/** Indexes that are kept besides one that is pinned, so that one can go back. */
const KEPT_INDEXES = 5;
const CHUNK_BYTES = 1024 * 1024;
/** What goes with the news; no key of a storage begins like this. */
const NEWS = ":";
const ALL_NEWS: readonly ShelfNews[] = ["index", "free", "refresh"];
export const NEWS_OF_INDEX: string = `${NEWS}index`;

type Part = "index" | "notes";

interface IndexRow {
  readonly number: string;
  readonly revision: string;
  readonly index_bytes: string;
  readonly index_sha256: Buffer;
  readonly is_newest: boolean;
  readonly is_wanted: boolean;
}

/** Index files in the database that replicas share, in chunks. */
export class PostgresIndexShelf implements IndexShelf {
  readonly #database: Database;
  readonly #holder: string;
  readonly #leases: HeldLeases;
  readonly #watchers = new Set<(news: ShelfNews) => void>();
  #download: ChunkedDownload | undefined;

  constructor({ database, clock, holder }: PostgresIndexShelfOptions) {
    this.#database = database;
    this.#holder = holder;
    this.#leases = new HeldLeases(database, clock, holder);
  }

  async look(): Promise<ShelfState> {
    const rows = await this.#database.query<IndexRow>(
      `SELECT number, revision, index_bytes, index_sha256, number = newest AS is_newest,
         number = coalesce(pinned, newest) AS is_wanted
       FROM docport_index_pointer JOIN docport_indexes ON number IN (newest, pinned)`,
    );
    const find = (isIt: (row: IndexRow) => boolean): ShelvedIndex | undefined => {
      const row = rows.find(isIt);
      return row && shelvedIndex(row);
    };
    return { newest: find((row) => row.is_newest), wanted: find((row) => row.is_wanted) };
  }

  async fetch(index: ShelvedIndex, signal: AbortSignal): Promise<Uint8Array> {
    if (this.#download?.sha256 !== index.sha256) {
      this.#download = new ChunkedDownload(index.sizeBytes, index.sha256);
    }
    try {
      const bytes = await this.#fetchPart(index.number, "index", this.#download, signal);
      this.#download = undefined;
      return bytes;
    } catch (error) {
      // With the database away it is gone on with; what is damaged may have been so on the way.
      const isAway = error instanceof DocportError && error.code === "ERR_STORE_AWAY";
      if (!isAway) this.#download = undefined;
      throw error;
    }
  }

  async fetchNotes({ number }: ShelvedIndex, signal: AbortSignal): Promise<Uint8Array> {
    const [row] = await this.#database.query<{ notes_bytes: string; notes_sha256: Buffer }>(
      "SELECT notes_bytes, notes_sha256 FROM docport_indexes WHERE number = $1",
      [number],
    );
    if (!row) throw goneIndex(number);
    const { notes_bytes: size, notes_sha256: sha256 } = row;
    const download = new ChunkedDownload(Number(size), sha256.toString("hex"));
    return this.#fetchPart(number, "notes", download, signal);
  }

  async tryLead(): Promise<BuilderLease | undefined> {
    const lease = await this.#leases.tryTake(BUILDER_LEASE);
    return (
      lease && {
        signal: lease.signal,
        publish: (publication) => this.#publish(publication),
        release: async () => {
          await lease.release();
          await this.#tell("free").catch(() => undefined);
        },
      }
    );
  }

  askRefresh(): Promise<void> {
    return this.#tell("refresh");
  }

  watch(onNews: (news: ShelfNews) => void): () => void {
    this.#watchers.add(onNews);
    return () => void this.#watchers.delete(onNews);
  }

  /** Passes on what the feed of changes was told; undefined: news may have been missed. */
  tell(key: string | undefined): void {
    const told = key === undefined ? NEWS_OF_INDEX : key;
    const news = ALL_NEWS.find((one) => told === `${NEWS}${one}`);
    if (!news) return;
    for (const onNews of this.#watchers) onNews(news);
  }

  async #tell(news: ShelfNews): Promise<void> {
    await this.#database.query("SELECT pg_notify($1, $2)", [CHANGES_CHANNEL, `${NEWS}${news}`]);
  }

  async #fetchPart(
    number: number,
    part: Part,
    download: ChunkedDownload,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    while (!download.isWhole) {
      signal.throwIfAborted();
      const [chunk] = await this.#database.query<{ sha256: Buffer; data: Buffer }>(
        `SELECT sha256, data FROM docport_index_chunks
         WHERE number = $1 AND part = $2 AND place = $3`,
        [number, part, download.chunks],
      );
      if (!chunk) throw goneIndex(number);
      download.add(chunk.data, chunk.sha256);
    }
    return download.finish();
  }

  async #publish({ index, notes, ...facts }: Publication): Promise<ShelvedIndex> {
    const { revision, sha256, pageCount, sectionCount } = facts;
    const [names, tokens] = this.#leases.fence();
    const { newest } = await this.look();
    if (newest?.sha256 === sha256) return newest;
    const number = await this.#database.transaction(async (client) => {
      const { rows } = await client.query<{ number: string }>(
        `INSERT INTO docport_indexes (revision, page_count, section_count, index_bytes,
           index_sha256, notes_bytes, notes_sha256, published_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING number`,
        [
          ...[revision, pageCount, sectionCount, index.byteLength, Buffer.from(sha256, "hex")],
          ...[notes.byteLength, digest(notes), this.#holder],
        ],
      );
      const given = rows[0]?.number;
      for (const [part, bytes] of [["index", index] as const, ["notes", notes] as const]) {
        for (let place = 0; place * CHUNK_BYTES < bytes.byteLength; place++) {
          const data = Buffer.from(
            bytes.buffer,
            bytes.byteOffset + place * CHUNK_BYTES,
            Math.min(CHUNK_BYTES, bytes.byteLength - place * CHUNK_BYTES),
          );
          await client.query("INSERT INTO docport_index_chunks VALUES ($1, $2, $3, $4, $5)", [
            ...[given, part, place, digest(data), data],
          ]);
        }
      }
      // Last, and by the time that it is then: the chunks may have taken longer than the lease.
      const { rowCount } = await client.query(POINT, [names, tokens, given]);
      if (rowCount !== 1) throw lostLease(revision);
      await client.query("SELECT pg_notify($1, $2), nextval('docport_changes')", [
        ...[CHANGES_CHANNEL, NEWS_OF_INDEX],
      ]);
      return Number(given);
    });
    // What is too old stays until the next time when this fails.
    await this.#database.query(PRUNE, [KEPT_INDEXES]).catch(() => undefined);
    return { number, revision, sizeBytes: index.byteLength, sha256 };
  }
}

const POINT = `WITH fence AS (
    SELECT 1 FROM docport_leases JOIN unnest($1::text[], $2::bigint[]) AS held (name, token)
      USING (name, token) WHERE expires_at > clock_timestamp() FOR SHARE OF docport_leases
  )
  INSERT INTO docport_index_pointer (newest)
    SELECT $3::bigint WHERE cardinality($1::text[]) > 0
      AND (SELECT count(*) FROM fence) = cardinality($1::text[])
  ON CONFLICT (is_only) DO UPDATE SET newest = excluded.newest`;

const PRUNE = `DELETE FROM docport_indexes WHERE number NOT IN (
    SELECT number FROM docport_indexes ORDER BY number DESC LIMIT $1
  ) AND number NOT IN (
    SELECT unnest(ARRAY[newest, coalesce(pinned, newest)]) FROM docport_index_pointer
  )`;

function shelvedIndex(row: Omit<IndexRow, "is_newest" | "is_wanted">): ShelvedIndex {
  return {
    number: Number(row.number),
    revision: row.revision,
    sizeBytes: Number(row.index_bytes),
    sha256: row.index_sha256.toString("hex"),
  };
}

function digest(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function goneIndex(number: number): DocportError {
  return new DocportError("ERR_STORE_INDEX", `store: index ${number} is not there any more`, {
    hint: "Nothing: what has come after it is looked for.",
  });
}

function lostLease(revision: string): DocportError {
  const message = `store: index ${revision} was not published: the lease was lost`;
  return new DocportError("ERR_STORE_LEASE", message, {
    hint: "Nothing: another replica has taken over.",
  });
}
