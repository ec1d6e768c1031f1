import pg from 'pg';
import { OperatorError } from '../../src/common/errors/operator-error.js';
import { markRolledBack, migrate } from '../../src/prisma/migrate.js';
import { createEmptyDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { emptyMigrations, type MigrationsCopy } from './migrations-copy.js';
import { connect } from './version-watch.js';

/** Semicolons inside: the script must reach the server in one piece. */
const FUNCTION = `CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE plpgsql AS $$
BEGIN
  n := n * 2;
  RETURN n;
END $$;`;

describe('a migration that fails', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let folder: MigrationsCopy;
  const log = () => undefined;
  const run = () => migrate(database.url, { log, directory: folder.directory });

  beforeEach(async () => {
    database = await createEmptyDatabase();
    psql = await connect(database.url);
    folder = await emptyMigrations();
    await folder.write('1_first', `CREATE TABLE first (id integer);\n${FUNCTION}`);
    await folder.write('3_third', 'CREATE TABLE third ()');
  });
  afterEach(async () => {
    await psql.end();
    await database.drop();
    await folder.drop();
  });

  const exists = async (table: string) =>
    (await psql.query<{ found: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS found`, [table])).rows[0]
      ?.found;
  const ledger = async () =>
    (
      await psql.query<{ name: string; finished: boolean; logs: string | null }>(
        `SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs FROM _prisma_migrations
          WHERE rolled_back_at IS NULL ORDER BY started_at`,
      )
    ).rows;

  it('names the migration, the reason and the line; nothing of it stays, nor is anything after it applied', async () => {
    await folder.write(
      '2_second',
      `CREATE TABLE second ();\n-- ${'😀'.repeat(30)}\nINSERT INTO first\n  VALUES (no_such_column);`,
    );

    const failed = run();
    await expect(failed).rejects.toBeInstanceOf(OperatorError);
    await expect(failed).rejects.toThrow(
      'Migration 2_second failed: column "no_such_column" does not exist [SQLSTATE 42703, line 4]',
    );

    expect(await exists('first')).toBe(true);
    expect((await psql.query('SELECT twice(4)')).rows).toEqual([{ twice: 8 }]);
    expect(await exists('second')).toBe(false);
    expect(await exists('third')).toBe(false);
    const rows = await ledger();
    expect(rows.map(({ name, finished }) => [name, finished])).toEqual([
      ['1_first', true],
      ['2_second', false],
    ]);
    expect(rows[1]?.logs).toContain('no_such_column');
  });

  it('the next run refuses until it is marked as rolled back; then it goes on from there', async () => {
    await folder.write('2_second', 'CREATE TABLE first ()');
    await expect(run()).rejects.toThrow(/already exists/);
    await folder.write('2_second', 'CREATE TABLE second ()');

    await expect(run()).rejects.toThrow(/^Migration 2_second, begun at 2.*, did not finish/);
    await expect(run()).rejects.toThrow('npm run careline -- db migrate --rolled-back 2_second');
    expect(await exists('second')).toBe(false);

    await markRolledBack(database.url, '2_second', { log });
    expect(await run()).toEqual({ applied: ['2_second', '3_third'] });
    expect(await exists('third')).toBe(true);
  });

  it('a script with a transaction of its own: its failure is written down all the same', async () => {
    await folder.write('2_second', 'BEGIN; CREATE TABLE second (); SELECT 1 / 0; COMMIT;');
    await expect(run()).rejects.toThrow('Migration 2_second failed');
    expect((await ledger())[1]?.logs).toContain('division by zero');
  });

  it('rows that do not fit: the message does not quote them', async () => {
    await folder.write('2_second', `SELECT 'Sesame'::integer`);
    await expect(run()).rejects.toThrow(
      'Migration 2_second failed: the data does not fit [SQLSTATE 22P02, line 1]',
    );

    await markRolledBack(database.url, '2_second', { log });
    await folder.write(
      '2_second',
      `CREATE TABLE second (name text CONSTRAINT short CHECK (length(name) < 3));
      INSERT INTO second VALUES ('Sesame')`,
    );
    await expect(run()).rejects.toThrow('the data does not fit (constraint "short") [SQLSTATE 23514]');
  });

  it('its process dies in the middle: nothing of it stays, and the next run says that it did not finish', async () => {
    await folder.remove('3_third');
    await folder.write('2_second', 'CREATE TABLE second (); SELECT pg_advisory_lock(4711)');
    await psql.query('SELECT pg_advisory_lock(4711)');
    const failed = run();
    await waitUntil('the script runs', async () => {
      const killed = await psql.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = 4711 AND NOT granted`,
      );
      return killed.rowCount === 1;
    });
    await expect(failed).rejects.toThrow('Migration 2_second failed: terminating connection');

    expect(await exists('second')).toBe(false);
    // Its lock went with its connection: it must not write on another.
    expect((await ledger())[1]).toEqual({ name: '2_second', finished: false, logs: null });
    // Nothing is to be applied, and yet the database is not up to date.
    await expect(run()).rejects.toThrow(/^Migration 2_second, begun at .*, did not finish/);
  });

  it('only an unfinished migration can be marked as rolled back', async () => {
    await folder.remove('3_third');
    await run();
    for (const name of ['1_first', 'none']) {
      await expect(markRolledBack(database.url, name, { log })).rejects.toThrow(
        'No migration of this name is unfinished',
      );
    }
  });
});
