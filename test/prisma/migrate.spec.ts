import { jest } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { OperatorError } from '../../src/common/errors/operator-error.js';
import { migrate } from '../../src/prisma/migrate.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { insertPatient, insertUser } from './clinical-rows.js';
import { copyOfMigrations, emptyMigrations } from './migrations-copy.js';
import { connect } from './version-watch.js';

const FOLDER = 'prisma/migrations';
const NAMES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const QUICK_MS = 150;

describe('migrate', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let lines: string[];
  const log = (line: string) => lines.push(line);

  beforeEach(async () => {
    lines = [];
    database = await createEmptyDatabase();
    psql = await connect(database.url);
  });
  afterEach(async () => {
    await psql.end();
    await database.drop();
  });

  it('an empty database: applies every migration, says so, and leaves no lock and no connection', async () => {
    expect(await migrate(database.url, { log })).toEqual({ applied: NAMES });

    expect(lines).toEqual(NAMES.map((name) => `Applied migration ${name}.`));
    await psql.query('SELECT FROM patient, exam, medication, app_user');
    await waitUntil('its connection is gone', async () => {
      const others = await psql.query(
        'SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      return others.rowCount === 0;
    });
  });

  it('nothing is left that keeps the process from ending', async () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const clear = jest.spyOn(globalThis, 'clearTimeout');
    await migrate(database.url, { log });
    const timers = set.mock.results.map(({ value }) => value as NodeJS.Timeout);
    const cleared = new Set<unknown>(clear.mock.calls.map(([timer]) => timer));
    jest.restoreAllMocks();

    // The schema engine starts one of 10 s for its lock, and never clears it: the spy sees it.
    const left = timers.filter((timer) => !cleared.has(timer));
    expect(left).not.toHaveLength(0);
    expect(left.map((timer) => timer.hasRef())).not.toContain(true);
  });

  it('the rows of _prisma_migrations are those of `prisma migrate deploy`', async () => {
    await migrate(database.url, { log });

    const { rows } = await psql.query<Record<string, unknown>>(
      'SELECT * FROM _prisma_migrations ORDER BY started_at',
    );
    expect(rows).toEqual(
      NAMES.map((name) => ({
        id: expect.stringMatching(
          /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        ) as string,
        checksum: createHash('sha256')
          .update(readFileSync(`${FOLDER}/${name}/migration.sql`))
          .digest('hex'),
        finished_at: expect.any(Date) as Date,
        migration_name: name,
        logs: null,
        rolled_back_at: null,
        started_at: expect.any(Date) as Date,
        applied_steps_count: 1,
      })),
    );
    const columns = await psql.query(
      `SELECT column_name || ' ' || data_type || coalesce('(' || character_maximum_length || ')', '') ||
              CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END || coalesce(' default ' || column_default, '') AS column
         FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`,
    );
    expect(columns.rows.map(({ column }: { column: string }) => column)).toEqual([
      'id character varying(36) not null',
      'checksum character varying(64) not null',
      'finished_at timestamp with time zone',
      'migration_name character varying(255) not null',
      'logs text',
      'rolled_back_at timestamp with time zone',
      'started_at timestamp with time zone not null default now()',
      'applied_steps_count integer not null default 0',
    ]);
  });

  it('an up-to-date database: does nothing, quickly', async () => {
    await migrate(database.url, { log });
    lines = [];
    const times: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const begin = performance.now();
      expect(await migrate(database.url, { log })).toEqual({ applied: [] });
      times.push(performance.now() - begin);
    }
    expect(lines).toEqual([]);
    expect(Math.min(...times)).toBeLessThan(QUICK_MS);
  });

  it('four at once: each migration is applied by exactly one of them', async () => {
    const results = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url, { log })));
    expect(results.flatMap(({ applied }) => applied).sort()).toEqual(NAMES);
    expect((await psql.query('SELECT FROM _prisma_migrations')).rowCount).toBe(NAMES.length);
  });

  it('Prisma’s lock is held by another program: waits for it', async () => {
    await psql.query('SELECT pg_advisory_lock(72707369)');
    const waiting = migrate(database.url, { log });
    await waitUntil('it waits for the lock', async () => {
      const locks = await psql.query(
        `SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 72707369 AND NOT granted`,
      );
      return locks.rowCount === 1;
    });
    expect((await psql.query(`SELECT to_regclass('patient') AS patient`)).rows).toEqual([{ patient: null }]);

    await psql.query('SELECT pg_advisory_unlock(72707369)');

    expect(await waiting).toEqual({ applied: NAMES });
    expect(lines[0]).toBe('Another process is migrating this database: waiting for it.');
  });

  it('the lock is not to be had in time: refuses, and applies nothing', async () => {
    await psql.query('SELECT pg_advisory_lock(72707369)');
    const refused = migrate(database.url, { log, lockTimeoutMs: 50 });
    await expect(refused).rejects.toThrow(/held the migration lock of this database for more than 50 ms/);
    expect((await psql.query(`SELECT to_regclass('patient') AS patient`)).rows).toEqual([{ patient: null }]);
  });

  it('while it works it holds Prisma’s lock, so that `prisma migrate deploy` waits', async () => {
    const folder = await emptyMigrations();
    await folder.write('1_slow', 'SELECT pg_advisory_lock(4711)');
    await psql.query('SELECT pg_advisory_lock(4711)');
    const running = migrate(database.url, { log, directory: folder.directory });
    await waitUntil('the script runs', async () => {
      const waits = await psql.query(`SELECT FROM pg_locks WHERE objid = 4711 AND NOT granted`);
      return waits.rowCount === 1;
    });
    const lock = await psql.query('SELECT pg_try_advisory_lock(72707369) AS free');
    expect(lock.rows).toEqual([{ free: false }]);
    await psql.query('SELECT pg_advisory_unlock(4711)');
    expect(await running).toEqual({ applied: ['1_slow'] });
    await folder.drop();
  });

  it('a migration that comes later: is applied alone, and fills in versions of what exists', async () => {
    const folder = await copyOfMigrations();
    const [versions] = NAMES.filter((name) => name.endsWith('_cache_versions'));
    const sql = readFileSync(`${FOLDER}/${versions}/migration.sql`, 'utf8');
    await folder.remove(versions ?? '');
    await migrate(database.url, { log, directory: folder.directory });
    const patient = await insertPatient(psql);
    const user = await insertUser(psql, patient);

    await folder.write(versions ?? '', sql);
    expect(await migrate(database.url, { log, directory: folder.directory })).toEqual({
      applied: [versions],
    });

    const { rows } = await psql.query('SELECT tag, version FROM cache_tag ORDER BY tag');
    expect(rows).toEqual(
      ['*', 'messages', `patient:${patient}`, 'patients', `user:${user}`].map((tag) => ({
        tag,
        version: '1',
      })),
    );
    await folder.drop();
  });

  it('a file that was changed after it was applied: warns, and does nothing', async () => {
    const folder = await emptyMigrations();
    await folder.write('1_one', 'CREATE TABLE one ()');
    await migrate(database.url, { log, directory: folder.directory });
    await folder.write('1_one', 'CREATE TABLE one (); CREATE TABLE two ()');
    lines = [];
    expect(await migrate(database.url, { log, directory: folder.directory })).toEqual({ applied: [] });
    expect(lines).toEqual(['Changed since they were applied (nothing is done about it): 1_one.']);
    await folder.drop();
  });

  it('a database that a newer build has migrated: warns, and does nothing', async () => {
    const folder = await copyOfMigrations();
    await folder.write('99999999999999_newer', 'CREATE TABLE newer ()');
    await migrate(database.url, { log, directory: folder.directory });
    lines = [];
    expect(await migrate(database.url, { log })).toEqual({ applied: [] });
    expect(lines).toEqual(['The database has migrations of another build: 99999999999999_newer.']);
    await folder.drop();
  });

  it('a database with tables that no migration made: refuses', async () => {
    await psql.query('CREATE TABLE foreign_table ()');
    const refused = migrate(database.url, { log });
    await expect(refused).rejects.toThrow(OperatorError);
    await expect(refused).rejects.toThrow(/schema is not empty/);
  });

  it('no migrations folder: says where it looked', async () => {
    const refused = migrate(database.url, { log, directory: '/nowhere' });
    await expect(refused).rejects.toThrow('The migrations cannot be read from /nowhere');
  });

  it('the template of the tests is such a database', async () => {
    const clone = await createTestDatabase();
    expect(await migrate(clone.url, { log })).toEqual({ applied: [] });
    await clone.drop();
  });
});
