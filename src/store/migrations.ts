/**
 * The schema, step by step: a step that has been released is never edited, a change is a new one at
 * the end. Statements of one step run in one transaction.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE docport_values (
      key text PRIMARY KEY,
      value bytea,
      target text,
      is_sealed boolean NOT NULL DEFAULT false,
      change bigint NOT NULL,
      CHECK ((value IS NULL) <> (target IS NULL))
    )`,
    // Counts every change of a value, so that a replica that missed the news sees that there was one.
    "CREATE SEQUENCE docport_changes",
    `CREATE TABLE docport_leases (
      name text PRIMARY KEY,
      token bigint NOT NULL,
      holder text NOT NULL,
      expires_at timestamptz NOT NULL
    )`,
    `CREATE TABLE docport_replicas (
      id text PRIMARY KEY,
      name text NOT NULL,
      started_at timestamptz NOT NULL DEFAULT now(),
      seen_at timestamptz NOT NULL DEFAULT now(),
      heard bigint NOT NULL DEFAULT 0,
      status jsonb NOT NULL DEFAULT '{}'
    )`,
  ],
  [
    `CREATE TABLE docport_indexes (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      revision text NOT NULL,
      page_count int NOT NULL,
      section_count int NOT NULL,
      index_bytes bigint NOT NULL,
      index_sha256 bytea NOT NULL,
      notes_bytes bigint NOT NULL,
      notes_sha256 bytea NOT NULL,
      published_at timestamptz NOT NULL DEFAULT now(),
      published_by text NOT NULL
    )`,
    `CREATE TABLE docport_index_chunks (
      number bigint NOT NULL REFERENCES docport_indexes ON DELETE CASCADE,
      part text NOT NULL,
      place int NOT NULL,
      sha256 bytea NOT NULL,
      data bytea NOT NULL,
      PRIMARY KEY (number, part, place)
    )`,
    // Compressing again what is dense already would take most of the time of publishing.
    "ALTER TABLE docport_index_chunks ALTER COLUMN data SET STORAGE EXTERNAL",
    `CREATE TABLE docport_index_pointer (
      is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
      newest bigint NOT NULL REFERENCES docport_indexes,
      pinned bigint REFERENCES docport_indexes
    )`,
  ],
];
