import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertExam, insertExams, insertMedication, insertPatient, insertPatients } from './clinical-rows.js';
import { copyFrom } from './copy-from.js';
import { connect, VersionWatch } from './version-watch.js';

const NOTHING = { bumps: {}, notifications: [] };

describe('versions and transactions', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  let watch: VersionWatch;
  let ada: string;
  let ben: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    psql = await connect(database.url);
    watch = await VersionWatch.open(database.url);
  });
  beforeEach(async () => {
    ada = await insertPatient(psql);
    ben = await insertPatient(psql);
    await watch.look();
  });
  afterEach(async () => {
    expect(await watch.pending()).toBe(0);
  });
  afterAll(async () => {
    await psql.end();
    await watch.close();
    await database.drop();
  });

  it('before the commit nothing is seen, after it the data, the version and the notification are', async () => {
    await psql.query('BEGIN');
    await insertExam(psql, ada);
    expect(await watch.look()).toEqual(NOTHING);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 1 });
    expect(notifications).toEqual([await watch.announcement(`patient:${ada}`)]);
  });

  it('a snapshot has the data and its version together, old or new', async () => {
    const reader = await connect(database.url);
    const seen = async () =>
      (
        await reader.query<{ exams: string; version: string }>(
          `SELECT (SELECT count(*) FROM exam WHERE patient_id = $1) AS exams,
                  (SELECT version FROM cache_tag WHERE tag = 'patient:' || $1::uuid) AS version`,
          [ada],
        )
      ).rows[0];
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    expect(await seen()).toEqual({ exams: '0', version: '1' });
    await insertExam(psql, ada);
    expect(await seen()).toEqual({ exams: '0', version: '1' });
    await reader.query('COMMIT');
    expect(await seen()).toEqual({ exams: '1', version: '2' });
    await reader.end();
  });

  it('rollback: neither bump nor notification', async () => {
    await psql.query('BEGIN');
    await insertExam(psql, ada);
    await insertPatient(psql);
    await psql.query('ROLLBACK');
    expect(await watch.look()).toEqual(NOTHING);
  });

  it('a failed statement outside a transaction: neither bump nor notification', async () => {
    await expect(insertExams(psql, [ada, randomUUID()])).rejects.toThrow(/foreign key/);
    expect(await watch.look()).toEqual(NOTHING);
  });

  it('a commit that fails: neither bump nor notification', async () => {
    await psql.query('ALTER TABLE exam ALTER CONSTRAINT exam_patient_id_fkey DEFERRABLE INITIALLY DEFERRED');
    await psql.query('BEGIN');
    await insertExams(psql, [ada, randomUUID()]);
    await expect(psql.query('COMMIT')).rejects.toThrow(/foreign key/);
    await psql.query('ALTER TABLE exam ALTER CONSTRAINT exam_patient_id_fkey NOT DEFERRABLE');
    expect(await watch.look()).toEqual(NOTHING);
  });

  it('many changes of one patient in a transaction: one bump, one notification', async () => {
    await psql.query('BEGIN');
    for (let i = 0; i < 5; i += 1) await insertExam(psql, ada);
    await insertMedication(psql, ada);
    await psql.query(`UPDATE exam SET result = '71' WHERE patient_id = $1`, [ada]);
    await psql.query('DELETE FROM medication WHERE patient_id = $1', [ada]);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 1 });
    expect(notifications).toHaveLength(1);
  });

  it('rollback to a savepoint: drops the tags of what is undone, and keeps those from before', async () => {
    await psql.query('BEGIN');
    await insertExam(psql, ada);
    await psql.query('SAVEPOINT here');
    await insertExam(psql, ada);
    await insertExam(psql, ben);
    await psql.query('ROLLBACK TO here');
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 1 });
    expect(notifications).toHaveLength(1);
  });

  it('rollback to a savepoint before the first change, then a change: bumps it', async () => {
    await psql.query('BEGIN');
    await psql.query('SAVEPOINT here');
    await insertExam(psql, ada);
    await psql.query('ROLLBACK TO here');
    await insertExam(psql, ada);
    await psql.query('COMMIT');
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
  });

  it('a savepoint that is released: its changes count', async () => {
    await psql.query('BEGIN');
    await psql.query('SAVEPOINT here');
    await insertExam(psql, ada);
    await psql.query('RELEASE here');
    await psql.query('COMMIT');
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
  });

  it('SET CONSTRAINTS ALL IMMEDIATE in the middle: what came before and what comes after is bumped', async () => {
    await psql.query('BEGIN');
    await insertExam(psql, ada);
    await psql.query('SET CONSTRAINTS ALL IMMEDIATE');
    await insertExam(psql, ada);
    await insertExam(psql, ben);
    expect(await watch.look()).toEqual(NOTHING);
    await psql.query('COMMIT');

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 2, [`patient:${ben}`]: 1 });
    expect(notifications).toContain(await watch.announcement(`patient:${ada}`));
    expect(notifications).toContain(await watch.announcement(`patient:${ben}`));
  });

  it('SET CONSTRAINTS ALL IMMEDIATE, then rollback to before it: nothing of it stays', async () => {
    await psql.query('BEGIN');
    await insertExam(psql, ben);
    await psql.query('SAVEPOINT here');
    await insertExam(psql, ada);
    await psql.query('SET CONSTRAINTS ALL IMMEDIATE');
    await psql.query('ROLLBACK TO here');
    await psql.query('COMMIT');
    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ben}`]: 1 });
    expect(notifications).toHaveLength(1);
  });

  it('changes that another deferred trigger makes during the commit: bumped as well', async () => {
    await psql.query(`
      CREATE FUNCTION test_touch_ben() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE patient SET phone = '+2' WHERE id = '${ben}'; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER zz_touch_ben AFTER INSERT ON exam DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION test_touch_ben()`);
    await insertExam(psql, ada);
    await psql.query('DROP TRIGGER zz_touch_ben ON exam; DROP FUNCTION test_touch_ben()');
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1, [`patient:${ben}`]: 1, patients: 1 });
  });

  it.each(['REPEATABLE READ', 'SERIALIZABLE'])('a writer under %s: bumps', async (level) => {
    await psql.query(`BEGIN ISOLATION LEVEL ${level}`);
    await insertExam(psql, ada);
    await psql.query('COMMIT');
    expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
  });

  it('COPY: one bump of every patient it brings exams for', async () => {
    const line = (patientId: string) =>
      [
        randomUUID(),
        patientId,
        '8867-4',
        'http://loinc.org',
        'Heart rate',
        '72',
        '/min',
        '2024-05-06T07:08:09Z',
      ].join('\t');
    await copyFrom(psql, 'COPY exam FROM STDIN', [line(ada), line(ben), line(ada)]);

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual({ [`patient:${ada}`]: 1, [`patient:${ben}`]: 1 });
    expect(notifications).toHaveLength(2);
  });

  it('delete of many patients at once: one bump each, whatever cascades', async () => {
    const ids = await insertPatients(psql, 20);
    await insertExams(psql, [...ids, ...ids]);
    await watch.look();

    await psql.query('DELETE FROM patient WHERE id = ANY ($1)', [ids]);

    const { bumps, notifications } = await watch.look();
    expect(bumps).toEqual(Object.fromEntries([...ids.map((id) => [`patient:${id}`, 1]), ['patients', 1]]));
    expect(notifications).toHaveLength(21);
  });
});
