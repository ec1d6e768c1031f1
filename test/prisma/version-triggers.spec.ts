import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertExam, insertMedication, insertPatient, insertUser } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

describe('version triggers', () => {
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
  afterAll(async () => {
    await psql.end();
    await watch.close();
    await database.drop();
  });

  it('a new database has the tags that no row names', async () => {
    const fresh = await createTestDatabase();
    const other = await VersionWatch.open(fresh.url);
    expect([...(await other.rows()).keys()].sort()).toEqual(['*', 'messages', 'patients']);
    await other.close();
    await fresh.drop();
  });

  describe('patient', () => {
    it('insert: bumps the new patient and the list, and announces exactly the new versions', async () => {
      const id = await insertPatient(psql);

      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [`patient:${id}`]: 1, patients: 1 });
      expect([...notifications].sort()).toEqual(
        [await watch.announcement(`patient:${id}`), await watch.announcement('patients')].sort(),
      );
    });

    it('update: bumps the patient and the list', async () => {
      await psql.query(`UPDATE patient SET phone = '+1' WHERE id = $1`, [ada]);
      expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1, patients: 1 });
    });

    it('update of the id: bumps the old id and the new one', async () => {
      const id = randomUUID();
      await psql.query('UPDATE patient SET id = $2 WHERE id = $1', [ada, id]);
      expect((await watch.look()).bumps).toEqual({
        [`patient:${ada}`]: 1,
        [`patient:${id}`]: 1,
        patients: 1,
      });
    });

    it('delete: bumps the patient and the list', async () => {
      await psql.query('DELETE FROM patient WHERE id = $1', [ada]);
      expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1, patients: 1 });
    });

    it('delete with everything that hangs on them: one bump of each tag, of the unlinked user too', async () => {
      await insertExam(psql, ada);
      await insertMedication(psql, ada);
      await insertExam(psql, ben);
      const user = await insertUser(psql, ada);
      await watch.look();

      await psql.query('DELETE FROM patient WHERE id = ANY ($1)', [[ada, ben]]);

      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({
        [`patient:${ada}`]: 1,
        [`patient:${ben}`]: 1,
        patients: 1,
        [`user:${user}`]: 1,
      });
      expect(notifications).toHaveLength(4);
    });
  });

  describe.each([
    ['exam', insertExam, 'result'],
    ['medication', insertMedication, 'dosage'],
  ] as const)('%s', (table, insert, column) => {
    it('insert: bumps the patient alone', async () => {
      await insert(psql, ada);

      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [`patient:${ada}`]: 1 });
      expect(notifications).toEqual([await watch.announcement(`patient:${ada}`)]);
    });

    it('update: bumps the patient alone', async () => {
      const id = await insert(psql, ada);
      await watch.look();
      await psql.query(`UPDATE ${table} SET ${column} = 'other' WHERE id = $1`, [id]);
      expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
    });

    it('delete: bumps the patient alone', async () => {
      const id = await insert(psql, ada);
      await watch.look();
      await psql.query(`DELETE FROM ${table} WHERE id = $1`, [id]);
      expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1 });
    });

    it('moved to another patient: bumps both', async () => {
      const id = await insert(psql, ada);
      await watch.look();
      await psql.query(`UPDATE ${table} SET patient_id = $2 WHERE id = $1`, [id, ben]);

      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [`patient:${ada}`]: 1, [`patient:${ben}`]: 1 });
      expect(notifications).toHaveLength(2);
    });

    it('insert ... on conflict do update: bumps once, for what it inserted and what it updated', async () => {
      const id = await insert(psql, ada);
      await watch.look();
      await psql.query(
        `INSERT INTO ${table} SELECT (json_populate_record(${table}, json_build_object('id', new_id))).*
           FROM ${table}, unnest($2::uuid[]) AS given (new_id) WHERE id = $1
         ON CONFLICT (id) DO UPDATE SET patient_id = $3`,
        [id, [id, randomUUID()], ben],
      );
      expect((await watch.look()).bumps).toEqual({ [`patient:${ada}`]: 1, [`patient:${ben}`]: 1 });
    });

    it('merge: bumps what it inserts, updates and deletes', async () => {
      const [kept, gone] = [await insert(psql, ada), await insert(psql, ben)];
      const cleo = await insertPatient(psql);
      await watch.look();
      await psql.query(
        `MERGE INTO ${table} AS t
         USING (VALUES ($1::uuid, 'update'), ($2::uuid, 'delete'), ($3::uuid, 'insert')) AS s (id, what) ON t.id = s.id
         WHEN MATCHED AND s.what = 'delete' THEN DELETE
         WHEN MATCHED THEN UPDATE SET ${column} = 'merged'
         WHEN NOT MATCHED THEN INSERT (id, patient_id, code, code_system, name, date${table === 'medication' ? ', status' : ''})
           VALUES (s.id, $4, 'c', 's', 'n', now()${table === 'medication' ? `, 'active'` : ''})`,
        [kept, gone, randomUUID(), cleo],
      );
      expect((await watch.look()).bumps).toEqual({
        [`patient:${ada}`]: 1,
        [`patient:${ben}`]: 1,
        [`patient:${cleo}`]: 1,
      });
    });
  });

  describe('app_user', () => {
    it('insert, update, new id, delete: bump the user alone', async () => {
      const id = await insertUser(psql);
      expect((await watch.look()).bumps).toEqual({ [`user:${id}`]: 1 });

      await psql.query(`UPDATE app_user SET display_name = 'Other' WHERE id = $1`, [id]);
      expect((await watch.look()).bumps).toEqual({ [`user:${id}`]: 1 });

      const next = randomUUID();
      await psql.query('UPDATE app_user SET id = $2 WHERE id = $1', [id, next]);
      expect((await watch.look()).bumps).toEqual({ [`user:${id}`]: 1, [`user:${next}`]: 1 });

      await psql.query('DELETE FROM app_user WHERE id = $1', [next]);
      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [`user:${next}`]: 1 });
      expect(notifications).toEqual([await watch.announcement(`user:${next}`)]);
    });
  });

  it('statements that touch no row: no bump, no notification', async () => {
    const nobody = randomUUID();
    for (const table of ['patient', 'exam', 'medication', 'app_user']) {
      await psql.query(`UPDATE ${table} SET id = id WHERE id = $1`, [nobody]);
      await psql.query(`DELETE FROM ${table} WHERE id = $1`, [nobody]);
    }
    await psql.query('INSERT INTO exam SELECT * FROM exam WHERE id = $1', [nobody]);
    await psql.query('INSERT INTO medication SELECT * FROM medication WHERE id = $1', [nobody]);
    await psql.query('INSERT INTO app_user SELECT * FROM app_user ON CONFLICT DO NOTHING');
    await psql.query(`INSERT INTO patient (id, given_name, family_name, birth_date, gender)
      SELECT id, given_name, family_name, birth_date, gender FROM patient ON CONFLICT DO NOTHING`);
    expect(await watch.look()).toEqual({ bumps: {}, notifications: [] });
  });

  it.each(['patient, exam, medication, app_user', 'exam', 'medication', 'app_user'])(
    'truncate of %s: bumps the tag of everything, and nothing else',
    async (tables) => {
      await insertExam(psql, ada);
      await watch.look();
      await psql.query(`TRUNCATE ${tables}`);
      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ '*': 1 });
      expect(notifications).toEqual([await watch.announcement('*')]);
    },
  );

  it('truncate ... cascade of patients: bumps the tag of everything', async () => {
    await psql.query('TRUNCATE patient CASCADE');
    expect((await watch.look()).bumps).toEqual({ '*': 1 });
  });

  it('session_replication_role = replica: triggers run all the same, for rows and for truncate', async () => {
    await psql.query('SET session_replication_role = replica');
    try {
      const id = await insertPatient(psql);
      await insertExam(psql, id);
      await insertMedication(psql, id);
      const user = await insertUser(psql);
      const { bumps, notifications } = await watch.look();
      expect(bumps).toEqual({ [`patient:${id}`]: 3, patients: 1, [`user:${user}`]: 1 });
      expect(notifications).toHaveLength(5);

      for (const table of ['exam', 'medication', 'app_user', 'patient']) {
        await psql.query(`UPDATE ${table} SET id = gen_random_uuid()`);
        expect((await watch.look()).bumps).not.toEqual({});
        await psql.query(`DELETE FROM ${table}`);
        expect((await watch.look()).bumps).not.toEqual({});
        await psql.query(`TRUNCATE ${table} CASCADE`);
        expect((await watch.look()).bumps).toEqual({ '*': 1 });
      }
      await expect(psql.query('DELETE FROM cache_tag')).rejects.toThrow(/never deleted/);
    } finally {
      await psql.query('RESET session_replication_role');
    }
  });
});
