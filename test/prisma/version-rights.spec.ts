import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertExam, insertPatient } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

describe('who may do what to versions', () => {
  const role = `careline_test_${randomBytes(6).toString('hex')}`;
  let database: TestDatabase;
  let owner: pg.Client;
  let clerk: pg.Client;
  let watch: VersionWatch;
  let ada: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    owner = await connect(database.url);
    ada = await insertPatient(owner);
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    await owner.query(`GRANT INSERT, UPDATE ON exam TO ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = role;
    clerk = await connect(url.href);
    watch = await VersionWatch.open(database.url);
  });
  beforeEach(async () => {
    await watch.look();
  });
  afterAll(async () => {
    await clerk.end();
    await watch.close();
    await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    await owner.end();
    await database.drop();
  });

  it('a role that may only insert and update exams: its writes bump and notify', async () => {
    await insertExam(clerk, ada);
    expect(await watch.look()).toEqual({
      bumps: { [`patient:${ada}`]: 1 },
      notifications: [await watch.announcement(`patient:${ada}`)],
    });
    await clerk.query(`UPDATE exam SET result = '70'`);
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
  });

  it.each([
    'SELECT * FROM cache_tag',
    `UPDATE cache_tag SET version = version + 1`,
    `INSERT INTO cache_tag (tag, version) VALUES ('x', 1)`,
    'SELECT * FROM cache_tag_pending',
    `INSERT INTO cache_tag_pending (xid, tag) VALUES (pg_current_xact_id(), 'x')`,
    `SELECT cache_bump(ARRAY['*'])`,
  ])('that role cannot touch versions itself: %s', async (sql) => {
    await expect(clerk.query(sql)).rejects.toThrow(/permission denied/);
  });

  it('a role that was granted cache_bump, and nothing else: bumps', async () => {
    await owner.query(`GRANT EXECUTE ON FUNCTION cache_bump(text[]) TO ${role}`);
    await clerk.query(`SELECT cache_bump(ARRAY['messages'])`);
    await owner.query(`REVOKE EXECUTE ON FUNCTION cache_bump(text[]) FROM ${role}`);
    expect((await watch.look()).bumps).toEqual({ messages: 1 });
  });

  it('temporary tables of the same names, first in the search path: the real ones are bumped', async () => {
    await clerk.query(`
      CREATE TEMP TABLE cache_tag (tag text PRIMARY KEY, version bigint, nonce text);
      CREATE TEMP TABLE cache_tag_pending (xid xid8, tag text, PRIMARY KEY (xid, tag));
      CREATE TEMP TABLE new_rows (patient_id uuid, id uuid);
      CREATE TEMP TABLE old_rows (patient_id uuid, id uuid)`);
    await clerk.query('SET search_path = pg_temp, public');
    await insertExam(clerk, ada);
    await clerk.query(`UPDATE public.exam SET result = '69'`);

    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 2 });
    expect((await clerk.query('SELECT FROM pg_temp.cache_tag')).rowCount).toBe(0);
    expect((await clerk.query('SELECT FROM pg_temp.cache_tag_pending')).rowCount).toBe(0);
    await clerk.query('DISCARD ALL');
  });

  it.each(['DELETE FROM cache_tag', `DELETE FROM cache_tag WHERE tag = 'none'`, 'TRUNCATE cache_tag'])(
    'its owner cannot delete versions: %s',
    async (sql) => {
      await expect(owner.query(sql)).rejects.toThrow('rows of cache_tag are never deleted');
    },
  );

  it.each([
    'UPDATE cache_tag SET version = version',
    'UPDATE cache_tag SET version = version - 1',
    `UPDATE cache_tag SET nonce = 'mine'`,
    `UPDATE cache_tag SET tag = tag || 'x', version = version + 1`,
  ])('its owner cannot lower, keep or rename versions: %s', async (sql) => {
    await expect(owner.query(sql)).rejects.toThrow(
      'a row of cache_tag keeps its tag, and its version only grows',
    );
  });

  it('its owner may raise a version by hand: it gets a new nonce and is announced', async () => {
    const before = (await watch.rows()).get('messages');
    await owner.query(`UPDATE cache_tag SET version = version + 5, nonce = 'mine' WHERE tag = 'messages'`);

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ messages: 5 });
    expect(notifications).toEqual([await watch.announcement('messages')]);
    const nonce = (await watch.rows()).get('messages')?.nonce;
    expect(nonce).toMatch(/^[0-9a-f]{12}$/);
    expect(nonce).not.toBe(before?.nonce);
  });

  it('every bump draws a nonce of its own', async () => {
    const nonces = new Set<string | undefined>();
    for (let i = 0; i < 100; i += 1) {
      await owner.query(`SELECT cache_bump(ARRAY['messages'])`);
      nonces.add((await watch.rows()).get('messages')?.nonce);
    }
    expect(nonces.size).toBe(100);
  });

  describe('cache_bump', () => {
    const bump = async (tags: (string | null)[] | null) =>
      (
        await owner.query<{ tag: string; version: string; nonce: string }>('SELECT * FROM cache_bump($1)', [
          tags,
        ])
      ).rows;

    it('raises and creates tags, each once, and returns their new versions in sorted order', async () => {
      const conversation = `conversation:${ada}`;
      const rows = await bump(['messages', conversation, 'messages']);

      expect(rows.map(({ tag }) => tag)).toEqual([conversation, 'messages']);
      expect(rows[0]?.version).toBe('1');
      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [conversation]: 1, messages: 1 });
      expect([...notifications].sort()).toEqual(
        rows.map(({ tag, version, nonce }) => `${version}.${nonce} ${tag}`).sort(),
      );
    });

    it('of no tags: nothing', async () => {
      expect(await bump([])).toEqual([]);
      expect(await bump(null)).toEqual([]);
      expect(await watch.look()).toEqual({ bumps: {}, notifications: [] });
    });

    it.each(['', 'x'.repeat(256), 'é'.repeat(128)])('of %j, which is no tag: refused', async (tag) => {
      await expect(bump([tag])).rejects.toThrow(/cache_tag_tag_check/);
    });

    it('in a transaction that rolls back: nothing', async () => {
      await owner.query('BEGIN');
      await bump(['messages']);
      await owner.query('ROLLBACK');
      expect(await watch.look()).toEqual({ bumps: {}, notifications: [] });
    });
  });

  it('every trigger is always enabled; every function is hardened; PUBLIC may call none of them', async () => {
    const triggers = await owner.query<{ name: string }>(
      `SELECT tgrelid::regclass || '.' || tgname AS name FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A'`,
    );
    expect(triggers.rows).toEqual([]);
    const functions = await owner.query<{ name: string }>(
      `SELECT proname AS name FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'cache%'
          AND (NOT prosecdef OR proconfig IS DISTINCT FROM '{"search_path=pg_catalog, public, pg_temp"}'
               OR has_function_privilege('public', oid, 'EXECUTE'))`,
    );
    expect(functions.rows).toEqual([]);
  });

  it('every table that cached loads read has a collector for each kind of change', async () => {
    const { rows } = await owner.query<{ table: string; events: number[] }>(
      `SELECT c.relname AS table,
              array_agg(DISTINCT t.tgtype & 60 ORDER BY t.tgtype & 60) FILTER (WHERE t.tgname LIKE 'cache_collect_%') AS events
         FROM pg_class AS c LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname !~ '^(cache_|_prisma|message_|stream_)'
        GROUP BY c.relname ORDER BY c.relname`,
    );
    // Bits of pg_trigger.tgtype: 4 insert, 8 delete, 16 update, 32 truncate.
    const all = [4, 8, 16, 32];
    expect(rows).toEqual(
      ['app_user', 'exam', 'medication', 'patient'].map((table) => ({ table, events: all })),
    );
  });
});
