import { randomBytes } from "node:crypto";
import { Client } from "pg";

const ADMIN_URL = process.env["TEST_POSTGRES_URL"];

/** Where the tests' PostgreSQL is, for `describe.skipIf`; in CI it may not be missing. */
export function postgresIsThere(): boolean {
  if (ADMIN_URL === undefined && process.env["REQUIRE_POSTGRES"] !== undefined) {
    throw new Error("TEST_POSTGRES_URL names no database, and REQUIRE_POSTGRES is set");
  }
  return ADMIN_URL !== undefined;
}

export interface TestDatabase extends AsyncDisposable {
  readonly url: string;
}

/** A new empty database, dropped with everything in it when it is disposed of. */
export async function testDatabase(): Promise<TestDatabase> {
  const name = `docport_${randomBytes(6).toString("hex")}`;
  await admin(`CREATE DATABASE ${name}`);
  const url = new URL(ADMIN_URL ?? "");
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => admin(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function admin(statement: string): Promise<void> {
  const client = new Client({ connectionString: ADMIN_URL });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
