import pg from 'pg';
import { LOCK_TIMEOUT_MS, migrate } from './migrate.js';
import { lockMigrations, withMigrationSession } from './migration-session.js';

/** A tag and how far its version has come. */
interface KnownTag {
  readonly tag: string;
  readonly version: string;
}

export interface ResetOptions {
  /** Gets plain lines for people. */
  readonly log: (line: string) => void;
}

/**
 * Drops everything in the schema `public` and migrates anew. Versions go on from where they were: an instance that runs
 * meanwhile takes the higher counter for the newer one, so a version that began again at 1 would not reach it.
 */
export async function resetDatabase(databaseUrl: string, options: ResetOptions): Promise<void> {
  const known = await withMigrationSession(databaseUrl, async (session) => {
    await lockMigrations(session, { timeoutMs: LOCK_TIMEOUT_MS, log: options.log });
    const tags = await readTags(session);
    // As a new database has it since PostgreSQL 15: for everybody to use, for its owner to create in.
    await session.query(
      `DROP SCHEMA public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC`,
    );
    return tags;
  });
  await migrate(databaseUrl, options);
  await withMigrationSession(databaseUrl, (session) => raiseAbove(session, known));
}

/** The name of the database that `databaseUrl` leads to, as its server says it. */
export async function databaseName(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    return rows[0]?.name ?? '';
  } finally {
    await client.end();
  }
}

async function readTags(session: pg.Pool): Promise<KnownTag[]> {
  const exists = await session.query(`SELECT WHERE to_regclass('public.cache_tag') IS NOT NULL`);
  if (exists.rowCount === 0) return [];
  return (await session.query<KnownTag>('SELECT tag, version FROM public.cache_tag')).rows;
}

async function raiseAbove(session: pg.Pool, known: readonly KnownTag[]): Promise<void> {
  await session.query(
    `INSERT INTO public.cache_tag AS current (tag, version)
     SELECT tag, version + 1 FROM unnest($1::text[], $2::bigint[]) AS known (tag, version) ORDER BY tag COLLATE "C"
     ON CONFLICT (tag) DO UPDATE SET version = greatest(current.version + 1, excluded.version)`,
    [known.map(({ tag }) => tag), known.map(({ version }) => version)],
  );
}
