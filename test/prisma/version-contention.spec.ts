import pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertExam, insertExams, insertPatient, insertPatients } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

const DEADLOCK = '40P01';

describe('concurrent writers', () => {
  let database: TestDatabase;
  let first: pg.Client;
  let second: pg.Client;
  let watch: VersionWatch;
  let ada: string;
  let ben: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    first = await connect(database.url);
    second = await connect(database.url);
    for (const client of [first, second]) await client.query(`SET deadlock_timeout = '20ms'`);
    watch = await VersionWatch.open(database.url);
  });
  beforeEach(async () => {
    ada = await insertPatient(first);
    ben = await insertPatient(first);
    await watch.look();
  });
  afterAll(async () => {
    for (const client of [first, second]) await client.end();
    await watch.close();
    await database.drop();
  });

  /** The first writes for Ada, the second for Ben, then the first for Ben and the second for Ada. */
  async function crossWrites(begin: string): Promise<PromiseSettledResult<unknown>[]> {
    await first.query(begin);
    await second.query(begin);
    await insertExam(first, ada);
    await insertExam(second, ben);
    const outcomes = await Promise.allSettled([
      insertExam(first, ben).then(() => first.query('COMMIT')),
      insertExam(second, ada).then(() => second.query('COMMIT')),
    ]);
    for (const client of [first, second]) await client.query('ROLLBACK');
    return outcomes;
  }

  it('patients in opposite order: no deadlock, no bump lost', async () => {
    for (let round = 0; round < 50; round += 1) {
      const outcomes = await crossWrites('BEGIN');
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    }
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 100, [`patient:${ben}`]: 100 });
  });

  it('the same with bumps at each statement instead of at the commit: a deadlock, which is why they are deferred', async () => {
    const outcomes = await crossWrites('BEGIN; SET CONSTRAINTS cache_tag_flush IMMEDIATE');
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' && outcome.reason instanceof pg.DatabaseError
        ? [outcome.reason.code]
        : [],
    );
    expect(codes).toEqual([DEADLOCK]);
  });

  it('300 patients in opposite order, commits at the same time: no deadlock, for tags are bumped in sorted order', async () => {
    const ids = await insertPatients(first, 300);
    await watch.look();
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) {
      await first.query('BEGIN');
      await second.query('BEGIN');
      await insertExams(first, ids);
      for (const id of ids.toReversed()) await insertExam(second, id);
      await Promise.all([first.query('COMMIT'), second.query('COMMIT')]);
    }
    const { bumps } = await watch.look();
    expect(bumps).toEqual(Object.fromEntries(ids.map((id) => [`patient:${id}`, 2 * rounds])));
  });

  it('8 writers of one patient: the counter has every write', async () => {
    const writers = await Promise.all(Array.from({ length: 8 }, () => connect(database.url)));
    const nonces = new Set<string>();
    await Promise.all(
      writers.map(async (writer) => {
        for (let i = 0; i < 40; i += 1) await insertExam(writer, ada);
        await writer.end();
      }),
    );

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 320 });
    for (const payload of notifications) nonces.add(payload.split(' ')[0]?.split('.')[1] ?? '');
    expect(nonces.size).toBe(320);
    // Commits of one row's versions are announced in their order.
    const counters = notifications.map((payload) => Number.parseInt(payload, 10));
    expect(counters).toEqual(counters.toSorted((a, b) => a - b));
  });

  it('a writer of many patients next to writers of one: no deadlock', async () => {
    const ids = await insertPatients(first, 50);
    const writers = await Promise.all(Array.from({ length: 4 }, () => connect(database.url)));
    await Promise.all([
      ...writers.map(async (writer, number) => {
        for (let i = 0; i < 50; i += 1) await insertExam(writer, ids[(i * 7 + number) % ids.length]!);
        await writer.end();
      }),
      (async () => {
        for (let i = 0; i < 20; i += 1) await insertExams(first, ids.toReversed());
      })(),
      (async () => {
        for (let i = 0; i < 20; i += 1)
          await second.query('SELECT cache_bump($1)', [ids.map((id) => `patient:${id}`)]);
      })(),
    ]);
    const { bumps } = await watch.look();
    const total = Object.values(bumps).reduce((sum, count) => sum + count, 0);
    // 50 created and 'patients' once; then 4 writers x 50, and 2 x 20 x 50.
    expect(total).toBe(51 + 200 + 2_000);
  });
});
