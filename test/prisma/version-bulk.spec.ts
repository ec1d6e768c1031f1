import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertExam, insertExams, insertPatients } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

const DROP_YOUR_MAP = '*';

describe('many tags in one transaction', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let watch: VersionWatch;
  let ids: string[];

  beforeAll(async () => {
    database = await createTestDatabase();
    psql = await connect(database.url);
    watch = await VersionWatch.open(database.url);
    ids = await insertPatients(psql, 5_000);
  });
  beforeEach(async () => {
    await watch.look();
  });
  afterAll(async () => {
    await psql.end();
    await watch.close();
    await database.drop();
  });

  const once = (some: readonly string[]) => Object.fromEntries(some.map((id) => [`patient:${id}`, 1]));

  it('5,000: every version rises, and one notification says to drop the map', async () => {
    await insertExams(psql, ids);

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(once(ids));
    expect(notifications).toEqual([DROP_YOUR_MAP]);
  });

  it('5,000: one call at the commit, not one for every tag', async () => {
    await psql.query(`BEGIN; SET LOCAL track_functions = 'all'`);
    await insertExams(psql, ids);
    await psql.query('SET CONSTRAINTS ALL IMMEDIATE');
    const { rows } = await psql.query(
      `SELECT calls FROM pg_stat_xact_user_functions WHERE funcname = 'cache_tag_flush'`,
    );
    await psql.query('COMMIT');
    expect(rows).toEqual([{ calls: '1' }]);
  });

  it('5,000 in 5,000 statements: the same', async () => {
    await psql.query('BEGIN');
    for (const id of ids) await insertExam(psql, id);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(once(ids));
    expect(notifications).toEqual([DROP_YOUR_MAP]);
  });

  it('1,000: one notification each', async () => {
    await insertExams(psql, ids.slice(0, 1_000));

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(once(ids.slice(0, 1_000)));
    const rows = await watch.rows();
    const announced = ids.slice(0, 1_000).map((id) => {
      const row = rows.get(`patient:${id}`);
      return `${row?.version}.${row?.nonce} patient:${id}`;
    });
    expect([...notifications].sort()).toEqual(announced.sort());
  });

  it('1,001: drop the map', async () => {
    await insertExams(psql, ids.slice(0, 1_001));
    expect((await watch.look()).notifications).toEqual([DROP_YOUR_MAP]);
  });

  it('600 raised and 600 created by one bump: drop the map, and nothing else', async () => {
    await psql.query('BEGIN');
    await insertExams(psql, ids.slice(0, 600));
    const created = await insertPatients(psql, 600);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ ...once(ids.slice(0, 600)), ...once(created), patients: 1 });
    expect(notifications).toEqual([DROP_YOUR_MAP]);
  });

  it('1,500 bumped one by one: at most 1,000 notifications, then drop the map', async () => {
    await psql.query('BEGIN; SET CONSTRAINTS ALL IMMEDIATE');
    for (const id of ids.slice(0, 1_500)) await insertExam(psql, id);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(once(ids.slice(0, 1_500)));
    expect(notifications).toHaveLength(1_001);
    expect(notifications.at(-1)).toBe(DROP_YOUR_MAP);
  });

  it('a small transaction after a large one, in one session: is announced by name again', async () => {
    await insertExams(psql, ids);
    await watch.look();
    await insertExams(psql, ids.slice(0, 1));
    expect((await watch.look()).notifications).toEqual([await watch.announcement(`patient:${ids[0]}`)]);
  });

  it('a large change that a savepoint undoes: does not count', async () => {
    await psql.query('BEGIN; SAVEPOINT here; SET CONSTRAINTS ALL IMMEDIATE');
    await insertExams(psql, ids);
    await psql.query('ROLLBACK TO here');
    await insertExams(psql, ids.slice(0, 1));
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(once(ids.slice(0, 1)));
    expect(notifications).toHaveLength(1);
  });

  it.each(['many', '-5', '99999999999999999999', '9'.repeat(9)])(
    'a session that writes %s into the counter of notifications: is heard all the same',
    async (value) => {
      await psql.query(`SELECT set_config('careline.notified_tags', $1, false)`, [value]);
      await insertExams(psql, ids.slice(0, 1));
      await psql.query('RESET careline.notified_tags');

      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual(once(ids.slice(0, 1)));
      expect(notifications).toEqual([DROP_YOUR_MAP]);
    },
  );
});
