import type pg from 'pg';
import type { Migration } from './migrations-folder.js';

/** A row of Prisma's own table `_prisma_migrations` that was not rolled back. */
export interface LedgerEntry {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
  readonly startedAt: Date;
}

/** How a database stands to the migrations of this build, by name. */
export interface Standing {
  /** To be applied, in this order. */
  readonly pending: readonly string[];
  /** Begun and not finished: by an instance that is at it now or, once the lock is held, by a failure. */
  readonly unfinished: readonly LedgerEntry[];
  /** Applied, and changed in the folder since. */
  readonly edited: readonly string[];
  /** Applied by a newer build. */
  readonly unknown: readonly string[];
}

/** The ledger of the database; empty when it was never migrated. */
export async function readLedger(session: Pick<pg.Pool, 'query'>): Promise<LedgerEntry[]> {
  const exists = await session.query(`SELECT WHERE to_regclass('public._prisma_migrations') IS NOT NULL`);
  if (exists.rowCount === 0) return [];
  const { rows } = await session.query<LedgerEntry>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, started_at AS "startedAt"
       FROM public._prisma_migrations WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows;
}

/** Compares the ledger with the folder. */
export function compare(migrations: readonly Migration[], ledger: readonly LedgerEntry[]): Standing {
  const entries = new Map(ledger.map((entry) => [entry.name, entry]));
  const known = new Set(migrations.map(({ name }) => name));
  return {
    pending: migrations.flatMap(({ name }) => (entries.has(name) ? [] : [name])),
    unfinished: ledger.filter(({ finished }) => !finished),
    edited: migrations.flatMap(({ name, checksum }) => {
      const entry = entries.get(name);
      return entry === undefined || entry.checksum === checksum ? [] : [name];
    }),
    unknown: ledger.flatMap(({ name }) => (known.has(name) ? [] : [name])),
  };
}
