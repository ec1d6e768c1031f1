import pg from 'pg';
import { OperatorError } from '../common/errors/operator-error.js';

/** The key under which Prisma's own CLI locks: https://pris.ly/d/migrate-advisory-locking */
const PRISMA_LOCK = 72_707_369;
const CONNECT_TIMEOUT_MS = 10_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Runs `work` on a pool of exactly one connection. Its one session holds the lock and does the work: who loses the one
 * loses the other. (The schema engine locks again, which the same session may.) Tables are made in `public`.
 */
export async function withMigrationSession<T>(
  databaseUrl: string,
  work: (session: pg.Pool) => Promise<T>,
): Promise<T> {
  let connections = 0;
  const session = new pg.Pool({
    connectionString: databaseUrl,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'careline-migrate',
    // A pool replaces a connection that breaks: the new one would go on without the lock.
    verify: (_client, done) =>
      done(connections++ === 0 ? undefined : new Error('the connection of the migration was lost')),
  });
  session.on('error', () => undefined);
  try {
    await session.query('SET search_path TO public');
    return await work(session);
  } finally {
    await session.end();
  }
}

/**
 * Takes the lock of all migrations of this database, for the session.
 * @throws {OperatorError} when another session holds it for longer than `timeoutMs`
 */
export async function lockMigrations(
  session: pg.Pool,
  options: { timeoutMs: number; log: (line: string) => void },
): Promise<void> {
  const { rows } = await session.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(${PRISMA_LOCK}) AS locked`,
  );
  if (rows[0]?.locked === true) return;
  options.log('Another process is migrating this database: waiting for it.');
  try {
    await session.query(`SET lock_timeout = ${options.timeoutMs}`);
    await session.query(`SELECT pg_advisory_lock(${PRISMA_LOCK})`);
    await session.query('RESET lock_timeout');
  } catch (cause) {
    if (!(cause instanceof pg.DatabaseError && cause.code === LOCK_NOT_AVAILABLE)) throw cause;
    throw new OperatorError(
      `Another process has held the migration lock of this database for more than ${options.timeoutMs} ms: ` +
        `see pg_locks where objid = ${PRISMA_LOCK}.`,
      { cause },
    );
  }
}
