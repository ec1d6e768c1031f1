import pg from 'pg';
import { OperatorError } from '../common/errors/operator-error.js';
import type { LedgerEntry } from './migration-ledger.js';
import type { Migration } from './migrations-folder.js';

/** Classes of SQLSTATE whose messages may quote rows: data exceptions and broken constraints. */
const QUOTES_DATA = /^(22|23)/;

/** What an operator is told of a migration that `error` stopped. Its row in `_prisma_migrations` stays, unfinished. */
export function migrationFailed(migration: Migration, error: unknown): OperatorError {
  return new OperatorError(
    `Migration ${migration.name} failed: ${describe(error, migration.sql)}\n` +
      `Nothing of it was applied, unless its script commits by itself. ${cure(migration.name)}`,
    { cause: error },
  );
}

/** Refuses to go on over a migration that an earlier run began and did not finish. */
export function migrationUnfinished({ name, startedAt }: LedgerEntry): OperatorError {
  return new OperatorError(
    `Migration ${name}, begun at ${startedAt.toISOString()}, did not finish: it failed, or its process was killed. ` +
      `Column "logs" of _prisma_migrations says why. ${cure(name)}`,
  );
}

/** What the engine itself says, such as that the schema has tables that no migration made; its first line, for people. */
export function engineRefused(error: unknown): OperatorError {
  const [reason = ''] = error instanceof Error ? error.message.split('\n') : [];
  return new OperatorError(`The database cannot be migrated: ${reason}`, { cause: error });
}

function cure(name: string): string {
  return `When its cause is gone: npm run careline -- db migrate --rolled-back ${name}`;
}

function describe(error: unknown, sql: string): string {
  if (!(error instanceof pg.DatabaseError)) return 'the connection was lost';
  const line = error.position === undefined ? '' : `, line ${lineOf(sql, Number(error.position))}`;
  const constraint = error.constraint === undefined ? '' : ` (constraint "${error.constraint}")`;
  const reason = QUOTES_DATA.test(error.code ?? '') ? `the data does not fit${constraint}` : error.message;
  return `${reason} [SQLSTATE ${error.code ?? 'unknown'}${line}]`;
}

/** The line of a position that PostgreSQL reports, which counts characters from 1. */
function lineOf(sql: string, position: number): number {
  return (
    Array.from(sql)
      .slice(0, position - 1)
      .filter((character) => character === '\n').length + 1
  );
}
