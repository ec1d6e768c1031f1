import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { POSTGRES } from '../../src/embedded/index.js';
import { markerOf } from '../../src/embedded/keeper/keeper.js';
import { eventually } from './support/eventually.js';
import { query } from './support/query.js';
import type { TestUser } from './support/user.js';
import { Workbench } from './support/workbench.js';

describe('the embedded PostgreSQL', () => {
  const template = new Workbench(POSTGRES);
  let bench: Workbench;

  beforeAll(async () => {
    const first = template.user({ options: { fsync: false } });
    await query(await first.address(), `CREATE TABLE word AS SELECT 'kept' AS word`);
    await first.release();
  });
  afterAll(() => template.close());
  beforeEach(() => {
    bench = new Workbench(POSTGRES);
  });
  afterEach(() => bench.close());

  const user = (fsync = false): TestUser => bench.user({ options: { fsync } });
  const data = (): string => join(bench.home, 'data');

  /** Gives the test the data of an earlier run, which stored a word. */
  const haveWord = (): unknown => execFileSync('cp', ['-a', template.dataDir, bench.dataDir]);

  const readWord = async (of: TestUser): Promise<unknown> =>
    query(await of.address(), 'SELECT word FROM word');

  it('serves an empty database of UTF-8 text that sorts by code point and knows the case of all letters', async () => {
    const address = await user().address();

    const [row] = await query(
      address,
      `SELECT current_database() AS database, lower('ÉMILE') AS lower, 'É' ILIKE 'é' AS ilike,
              (SELECT string_agg(x, '' ORDER BY x) FROM unnest(ARRAY['b', 'é', 'B', 'a']) x) AS sorted,
              split_part(version(), ' ', 2)::numeric >= 18 AS is_18`,
    );

    expect(row).toEqual({ database: 'careline', lower: 'émile', ilike: true, sorted: 'Babé', is_18: true });
  });

  it('is durable by default, takes 200 connections, and gives up fsync only when asked', async () => {
    const sql = `SELECT current_setting('fsync') AS fsync, current_setting('max_connections') AS connections`;
    haveWord();
    const first = user(true);
    expect(await query(await first.address(), sql)).toEqual([{ fsync: 'on', connections: '200' }]);
    await first.release();

    expect(await query(await user(false).address(), sql)).toEqual([{ fsync: 'off', connections: '200' }]);
  });

  it('is reached with its password only, which no other user may read, and from this machine only', async () => {
    haveWord();
    const address = new URL(await user().address());
    const other = Object.values(networkInterfaces())
      .flat()
      .find((face) => face?.internal === false && face.family === 'IPv4')?.address;

    expect(statSync(join(bench.home, 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(bench.home, 'keeper.json')).mode & 0o777).toBe(0o600);
    const wrong = new URL(address);
    wrong.password = 'postgres';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const [role] = await query(address.href, `SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'`);
    expect(role?.['rolpassword']).toMatch(/^SCRAM-SHA-256\$/);
    if (other !== undefined) {
      const outside = new URL(address);
      outside.hostname = other;
      await expect(query(outside.href, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('keeps its data between starts, also in a folder that was copied, and is soon ready', async () => {
    haveWord();
    const begun = performance.now();

    const second = user();
    await second.address();

    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(await readWord(second)).toEqual([{ word: 'kept' }]);
  });

  it('logs no value of a statement that fails', async () => {
    haveWord();
    const address = await user().address();
    await query(address, `CREATE TABLE t (id text PRIMARY KEY); INSERT INTO t VALUES ('s3cr3t')`);

    await expect(query(address, `INSERT INTO t VALUES ('s3cr3t')`)).rejects.toMatchObject({ code: '23505' });
    await expect(query(address, `SELECT 's3cr3t'::int`)).rejects.toMatchObject({ code: '22P02' });

    const log = readFileSync(join(bench.home, 'engine.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('s3cr3t');
  });

  it('is killed: it comes back with its data, at its address', async () => {
    haveWord();
    const survivor = user();
    await survivor.address();

    process.kill(await bench.enginePid(), 'SIGKILL');

    await survivor.line(/restarting: it was ended by SIGKILL/);
    await survivor.line(/did not end cleanly/);
    await eventually('it is ready', async () => (await survivor.state()).status === 'ready');
    expect(await readWord(survivor)).toEqual([{ word: 'kept' }]);
  });

  it('everything is killed and its pid is another program by now: the next start recovers the data', async () => {
    haveWord();
    const victim = user();
    await victim.address();
    await bench.kill(victim.pid, bench.keeperPid(), await bench.enginePid());
    const pidFile = join(data(), 'postmaster.pid');
    const { uid, gid } = statSync(pidFile);
    // Of the server's own user: PostgreSQL itself would take it for a server that runs.
    const bystander = bench.bystander(process.getuid?.() === 0 ? { uid, gid } : {});
    const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
    writeFileSync(pidFile, [bystander.pid, ...rest].join('\n'));

    const next = user();

    expect(await readWord(next)).toEqual([{ word: 'kept' }]);
    await next.line(/did not end cleanly/);
    expect(bystander.signalCode).toBeNull();
  });

  it('the keeper and its user are killed: the next start stops the server they left and finds the data', async () => {
    haveWord();
    const victim = user();
    await victim.address();
    await bench.kill(victim.pid, bench.keeperPid());

    const next = user();

    expect(await readWord(next)).toEqual([{ word: 'kept' }]);
    await next.line(/left behind/);
  });

  it('its first start is killed: the next one begins anew', async () => {
    const victim = user();
    await eventually('the data is half made', () =>
      readdirSync(bench.home).some(
        (name) => name.startsWith('data.partial') && existsSync(join(bench.home, name, 'PG_VERSION')),
      ),
    );
    await bench.kill(victim.pid, bench.keeperPid());

    const next = user();

    expect(await query(await next.address(), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await next.line(/half made/);
    expect(readdirSync(bench.home).filter((name) => name.startsWith('data'))).toEqual(['data']);
  });

  it('a data folder without a complete cluster is moved aside, not deleted', async () => {
    mkdirSync(data(), { recursive: true });
    writeFileSync(join(data(), 'PG_VERSION'), '18\n');

    const next = user();
    await next.address();

    const aside = (await next.line(/incomplete/)).match(/moved to (\S+),/)?.[1];
    expect(readFileSync(join(aside!, 'PG_VERSION'), 'utf8')).toBe('18\n');
  });

  it('data that was complete and now lacks a file is refused and left as it is', async () => {
    haveWord();
    rmSync(join(data(), 'global', 'pg_control'));

    const { message } = await user().fault();

    expect(message).toBe(
      `PostgreSQL's data is damaged, files are missing: restore ${data()}, or move it away to begin anew`,
    );
    expect(existsSync(join(data(), 'base'))).toBe(true);
  });

  it('data of another version of PostgreSQL is refused by name', async () => {
    haveWord();
    writeFileSync(join(data(), 'PG_VERSION'), '17\n');

    expect((await user().fault()).message).toContain('of PostgreSQL 17 and this is 18');
  });

  it('a lost password is replaced', async () => {
    haveWord();
    rmSync(join(bench.home, 'password'));

    expect(await readWord(user())).toEqual([{ word: 'kept' }]);
  });
});

describe('the embedded PostgreSQL in odd folders', () => {
  let bench: Workbench;

  afterEach(() => bench.close());

  it.each([
    ['with spaces and quotes', `it's a "data" folder é`],
    [
      'with a path far longer than that of a socket',
      Array.from({ length: 6 }, () => 'd'.repeat(60)).join('/'),
    ],
  ])('a DATA_DIR %s works', async (_, path) => {
    bench = new Workbench(POSTGRES, path);
    const address = await bench.user({ options: { fsync: false } }).address();

    expect(await query(address, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(markerOf(bench.home)).toMatch(/^careline-postgres-[0-9a-f]{12}$/);
  });
});
