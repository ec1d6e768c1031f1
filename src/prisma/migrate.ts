import type pg from 'pg';
import { OperatorError } from '../common/errors/operator-error.js';
import { engineRefused, migrationFailed, migrationUnfinished } from './migration-failure.js';
import { compare, readLedger, type Standing } from './migration-ledger.js';
import { lockMigrations, withMigrationSession } from './migration-session.js';
import { readMigrationsFolder, type MigrationsFolder } from './migrations-folder.js';
import { openSchemaEngine, toMigrationList, WHOLE_SCHEMA } from './schema-engine.js';
import { scriptAdapterFactory } from './script-adapter.js';

/** How long to wait for another process, where nothing else is said. */
export const LOCK_TIMEOUT_MS = 60_000;

export interface MigrateOptions {
  /** Gets plain lines for people. */
  readonly log: (line: string) => void;
  /** Default: `prisma/migrations` of the package. */
  readonly directory?: string;
  /** How long to wait for another process that migrates the same database. Default: 60,000. */
  readonly lockTimeoutMs?: number;
}

/**
 * Brings the database to the state of the migrations folder, as `prisma migrate deploy` does, without Prisma's native
 * engine: the same lock, the same rows in `_prisma_migrations`. Any number of processes may call it at once. A database that
 * is up to date costs one connection and one query.
 * @returns the names of the migrations that this call applied
 * @throws {OperatorError} when a migration fails, has failed before, or the lock is not to be had
 */
export async function migrate(databaseUrl: string, options: MigrateOptions): Promise<{ applied: string[] }> {
  const folder = await readMigrationsFolder(options.directory);
  return withMigrationSession(databaseUrl, async (session) => {
    const before = await standing(session, folder);
    warn(before, options.log);
    if (isDone(before)) return { applied: [] };

    await lockMigrations(session, { timeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS, log: options.log });
    const locked = await standing(session, folder);
    const [unfinished] = locked.unfinished;
    if (unfinished !== undefined) throw migrationUnfinished(unfinished);
    if (isDone(locked)) return { applied: [] };

    const applied = await apply(session, folder);
    for (const name of applied) options.log(`Applied migration ${name}.`);
    return { applied };
  });
}

/**
 * Marks an unfinished migration as rolled back, so that the next {@link migrate} applies it again: what
 * `prisma migrate resolve --rolled-back` does.
 * @throws {OperatorError} when there is no such unfinished migration
 */
export async function markRolledBack(
  databaseUrl: string,
  name: string,
  options: MigrateOptions,
): Promise<void> {
  await withMigrationSession(databaseUrl, async (session) => {
    await lockMigrations(session, { timeoutMs: options.lockTimeoutMs ?? LOCK_TIMEOUT_MS, log: options.log });
    const ledger = await readLedger(session);
    if (!ledger.some((entry) => entry.name === name && !entry.finished)) {
      throw new OperatorError(`No migration of this name is unfinished: ${name}`);
    }
    const engine = await openSchemaEngine(scriptAdapterFactory(session));
    try {
      await engine.markMigrationRolledBack({ migrationName: name });
    } finally {
      engine.free();
    }
    options.log(`Migration ${name} counts as rolled back.`);
  });
}

async function standing(session: pg.Pool, folder: MigrationsFolder): Promise<Standing> {
  return compare(folder.migrations, await readLedger(session));
}

function isDone({ pending, unfinished }: Standing): boolean {
  return pending.length === 0 && unfinished.length === 0;
}

function warn({ edited, unknown }: Standing, log: (line: string) => void): void {
  if (edited.length > 0)
    log(`Changed since they were applied (nothing is done about it): ${edited.join(', ')}.`);
  if (unknown.length > 0) log(`The database has migrations of another build: ${unknown.join(', ')}.`);
}

async function apply(session: pg.Pool, folder: MigrationsFolder): Promise<string[]> {
  const factory = scriptAdapterFactory(session);
  const engine = await openSchemaEngine(factory);
  try {
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: toMigrationList(folder),
      filters: WHOLE_SCHEMA,
    });
    return appliedMigrationNames;
  } catch (error) {
    const { failure } = factory;
    const stopped = folder.migrations.find(({ sql }) => sql === failure?.script);
    throw stopped === undefined ? engineRefused(error) : migrationFailed(stopped, failure?.error);
  } finally {
    engine.free();
  }
}
