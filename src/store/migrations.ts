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
];
