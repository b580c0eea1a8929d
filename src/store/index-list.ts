import type { Database } from "./database.ts";
import { NEWS_OF_INDEX } from "./postgres-index-shelf.ts";
import { CHANGES_CHANNEL } from "./postgres-storage.ts";

/** An index that is kept in the store. */
export interface KeptIndex {
  readonly number: number;
  readonly revision: string;
  readonly pages: number;
  readonly sections: number;
  readonly sizeBytes: number;
  readonly publishedAt: Date;
  readonly publishedBy: string;
  readonly isNewest: boolean;
  readonly isPinned: boolean;
}

/** The indexes that are kept, the newest first. */
export async function listIndexes(database: Database): Promise<readonly KeptIndex[]> {
  const rows = await database.query<{
    number: string;
    revision: string;
    page_count: number;
    section_count: number;
    index_bytes: string;
    published_at: Date;
    published_by: string;
    is_newest: boolean;
    is_pinned: boolean;
  }>(
    `SELECT number, revision, page_count, section_count, index_bytes, published_at, published_by,
       coalesce(number = newest, false) AS is_newest, coalesce(number = pinned, false) AS is_pinned
     FROM docport_indexes LEFT JOIN docport_index_pointer ON true ORDER BY number DESC`,
  );
  return rows.map((row) => ({
    number: Number(row.number),
    revision: row.revision,
    pages: row.page_count,
    sections: row.section_count,
    sizeBytes: Number(row.index_bytes),
    publishedAt: row.published_at,
    publishedBy: row.published_by,
    isNewest: row.is_newest,
    isPinned: row.is_pinned,
  }));
}

/** Has all replicas serve this index, or the newest one again. Resolves with whether it is there. */
export async function pinIndex(database: Database, number: number | undefined): Promise<boolean> {
  const rows = await database.query(
    `WITH pinned AS (
       UPDATE docport_index_pointer SET pinned = $1::bigint
       WHERE $1::bigint IS NULL OR EXISTS (SELECT 1 FROM docport_indexes WHERE number = $1::bigint)
       RETURNING 1
     ) SELECT pg_notify($2, $3), nextval('docport_changes') FROM pinned`,
    [number ?? null, CHANGES_CHANNEL, NEWS_OF_INDEX],
  );
  return rows.length > 0;
}
