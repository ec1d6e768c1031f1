import { PassThrough, Readable } from 'node:stream';
import type pg from 'pg';
import { dbCommand } from '../../src/cli/db.command.js';
import { readConfig } from '../../src/config/index.js';
import { readMigrationsFolder } from '../../src/prisma/migrations-folder.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertPatient } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

describe('careline db', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let lines: string[];

  beforeEach(async () => {
    database = await createTestDatabase();
    psql = await connect(database.url);
    lines = [];
  });
  afterEach(async () => {
    await psql.end();
    await database.drop();
  });

  /** Runs the command on a database, by default the test's, with `typed` on its standard input. */
  async function run(
    args: readonly string[],
    options: { url?: string; typed?: string } = {},
  ): Promise<string[]> {
    const context = {
      config: readConfig({ NODE_ENV: 'test' }),
      databaseUrl: () => Promise.resolve(options.url ?? database.url),
      out: (line: string) => lines.push(line),
    };
    await dbCommand(context, Readable.from(options.typed ?? [])).parseAsync(args, { from: 'user' });
    return lines;
  }

  const name = () => new URL(database.url).pathname.slice(1);
  const count = async (table: string) => (await psql.query(`SELECT FROM ${table}`)).rowCount;

  it('migrate: an empty database gets every migration; again: says that it is up to date', async () => {
    const empty = await createEmptyDatabase();
    const { migrations } = await readMigrationsFolder();
    const applied = migrations.map(({ name: of }) => `Applied migration ${of}.`);
    expect(await run(['migrate'], { url: empty.url })).toEqual(applied);
    expect((await run(['migrate'], { url: empty.url })).at(-1)).toBe('The database is up to date.');
    await empty.drop();
  });

  it('migrate --rolled-back: goes on after a migration that did not finish', async () => {
    await psql.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES (gen_random_uuid(), '', 'lost')`,
    );
    await expect(run(['migrate'])).rejects.toThrow('Migration lost, begun at ');
    expect(await run(['migrate', '--rolled-back', 'lost'])).toContain(
      'Migration lost counts as rolled back.',
    );
    expect(await run(['migrate'])).toContain('The database is up to date.');
  });

  it('seed: adds the sample data', async () => {
    await run(['seed']);
    expect(await count('patient')).toBe(50);
  });

  it('reset --yes: deletes everything, migrates and seeds', async () => {
    const stranger = await insertPatient(psql);
    await psql.query('CREATE TABLE scratch ()');

    await run(['reset', '--yes']);

    expect(await count('patient')).toBe(50);
    expect((await psql.query('SELECT FROM patient WHERE id = $1', [stranger])).rowCount).toBe(0);
    expect((await psql.query(`SELECT to_regclass('scratch') AS scratch`)).rows).toEqual([{ scratch: null }]);
    const rights = await psql.query(`SELECT has_schema_privilege('public', 'public', 'USAGE') AS usage`);
    expect(rights.rows).toEqual([{ usage: true }]);
  });

  it('reset: versions go on from where they were, and every one of them rises', async () => {
    const stranger = await insertPatient(psql);
    for (let i = 0; i < 9; i += 1) await psql.query(`SELECT cache_bump(ARRAY['*', 'patients', 'messages'])`);
    const watch = await VersionWatch.open(database.url);
    const before = await watch.rows();

    await run(['reset', '--yes']);

    const after = await watch.rows();
    expect([...before.keys()]).toContain(`patient:${stranger}`);
    for (const [tag, { version, nonce }] of before) {
      expect(Number(after.get(tag)?.version)).toBeGreaterThan(Number(version));
      expect(after.get(tag)?.nonce).not.toBe(nonce);
    }
    await watch.close();
  });

  it('reset: the name of the database typed in goes on', async () => {
    await insertPatient(psql);
    await run(['reset'], { typed: `${name()}\n` });
    expect(lines[0]).toBe(`This deletes everything in the database "${name()}". Type its name to go on:`);
    expect(await count('patient')).toBe(50);
  });

  it.each(['', '\n', 'yes\n', 'postgres\n'])('reset: %j typed in changes nothing', async (typed) => {
    await insertPatient(psql);
    await expect(run(['reset'], { typed })).rejects.toThrow('That is not its name: nothing was changed.');
    expect(await count('patient')).toBe(1);
  });

  it('reset: does not wait for input beyond the name', async () => {
    const input = new PassThrough();
    input.write(`${name()}\n`);
    const context = {
      config: readConfig({ NODE_ENV: 'test' }),
      databaseUrl: () => Promise.resolve(database.url),
      out: () => undefined,
    };
    await dbCommand(context, input).parseAsync(['reset'], { from: 'user' });
    expect(await count('patient')).toBe(50);
  });

  it.each(['seed', 'reset --yes'])(
    '%s: refused in production, before anything is connected',
    async (line) => {
      const args = line.split(' ');
      const context = {
        config: { ...readConfig({ NODE_ENV: 'test' }), isProduction: true },
        databaseUrl: () => Promise.reject(new Error('connected')),
        out: () => undefined,
      };
      const refused = dbCommand(context).parseAsync(args, { from: 'user' });
      await expect(refused).rejects.toThrow(`"careline db ${args[0]}" is refused in production.`);
    },
  );
});
