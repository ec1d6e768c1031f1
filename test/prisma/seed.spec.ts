import type pg from 'pg';
import { seed, seedIfEmpty } from '../../src/prisma/seed.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { insertPatient } from './clinical-rows.js';
import { connect, VersionWatch } from './version-watch.js';

const TABLES = ['patient', 'exam', 'medication', 'app_user'];

describe('seed', () => {
  let database: TestDatabase;
  let psql: pg.Client;
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);

  beforeEach(async () => {
    database = await createTestDatabase();
    psql = await connect(database.url);
    lines.length = 0;
  });
  afterEach(async () => {
    await psql.end();
    await database.drop();
  });

  const count = async (sql: string) => (await psql.query(`SELECT ${sql}`)).rowCount;
  const content = async (client: pg.Client) => {
    const digests: Record<string, string | undefined> = {};
    for (const table of TABLES) {
      const { rows } = await client.query<{ md5: string }>(
        `SELECT md5(string_agg(t::text, E'\\n' ORDER BY id)) AS md5 FROM ${table} AS t`,
      );
      digests[table] = rows[0]?.md5;
    }
    return digests;
  };

  it('adds the four users and 50 patients with exams and medications, and says so', async () => {
    const result = await seed(database.url, { log });

    expect(result.patients).toBe(50);
    expect(result.users).toBe(4);
    expect(lines).toEqual([
      `Sample data: 50 patients, ${result.exams} exams, ${result.medications} medications, 4 users added.`,
    ]);
    const users = await psql.query(
      `SELECT u.id, handle, role, given_name FROM app_user AS u LEFT JOIN patient AS p ON p.id = patient_id ORDER BY handle`,
    );
    expect(users.rows).toEqual([
      { id: 'a11ce000-0000-4000-8000-000000000004', handle: 'admin', role: 'admin', given_name: null },
      { id: 'a11ce000-0000-4000-8000-000000000001', handle: 'ana', role: 'clinician', given_name: null },
      { id: 'a11ce000-0000-4000-8000-000000000002', handle: 'bruno', role: 'clinician', given_name: null },
      { id: 'a11ce000-0000-4000-8000-000000000003', handle: 'carla', role: 'patient', given_name: 'Carla' },
    ]);
  });

  it('the data is plausible', async () => {
    await seed(database.url, { log });
    const names = `lower(family_name || ' ' || given_name)`;
    expect(await count(`FROM patient WHERE name_key <> ${names}`)).toBeGreaterThan(10);
    expect(await count('FROM patient WHERE death_date IS NOT NULL')).toBeGreaterThan(2);
    expect(
      await count(
        `FROM patient WHERE email !~ '^[!-~]+@example\\.org$' OR phone !~ '^\\+1 202 555 01\\d\\d$'`,
      ),
    ).toBe(0);
    expect(await count('FROM patient AS p WHERE NOT EXISTS (SELECT FROM exam WHERE patient_id = p.id)')).toBe(
      0,
    );
    expect(
      await count('FROM patient AS p WHERE EXISTS (SELECT FROM medication WHERE patient_id = p.id)'),
    ).toBeGreaterThan(25);
    for (const table of ['exam', 'medication']) {
      expect(
        await count(
          `FROM ${table} JOIN patient AS p ON p.id = patient_id WHERE date::date NOT BETWEEN birth_date AND coalesce(death_date, '2026-01-01')`,
        ),
      ).toBe(0);
    }
    expect(await count(`FROM exam WHERE code_system <> 'http://loinc.org' OR code !~ '^\\d{1,5}-\\d$'`)).toBe(
      0,
    );
    expect(await count(`FROM exam WHERE unit IS NOT NULL AND result !~ '^\\d+(\\.\\d+)?$'`)).toBe(0);
    const bodyMassIndex = `code = '39156-5' AND result::numeric NOT BETWEEN 17 AND 37`;
    expect(await count(`FROM exam WHERE ${bodyMassIndex}`)).toBe(0);
    expect(await count(`FROM medication WHERE status NOT IN ('active', 'completed', 'stopped')`)).toBe(0);
  });

  it('is the same every time', async () => {
    await seed(database.url, { log });
    const other = await createTestDatabase();
    await seed(other.url, { log });
    const otherPsql = await connect(other.url);

    expect(await content(otherPsql)).toEqual(await content(psql));

    await otherPsql.end();
    await other.drop();
  });

  it('a second run: adds nothing, keeps what was changed meanwhile, raises no version, notifies nobody', async () => {
    await seed(database.url, { log });
    await psql.query(`UPDATE patient SET phone = '+49 30 5550100' WHERE given_name = 'Carla'`);
    const before = await content(psql);
    const watch = await VersionWatch.open(database.url);

    expect(await seed(database.url, { log })).toEqual({ patients: 0, exams: 0, medications: 0, users: 0 });

    expect(await content(psql)).toEqual(before);
    expect(await watch.look()).toEqual({ bumps: {}, notifications: [] });
    await watch.close();
  });

  it('two runs at once: one adds everything, or each its part, and nothing twice', async () => {
    const results = await Promise.all([seed(database.url, { log }), seed(database.url, { log })]);
    expect(results.reduce((sum, { patients }) => sum + patients, 0)).toBe(50);
    expect(await count('FROM patient')).toBe(50);
  });

  it('seedIfEmpty: seeds an empty database once', async () => {
    expect(await seedIfEmpty(database.url, { log })).toBe(true);
    await psql.query('DELETE FROM exam');
    expect(await seedIfEmpty(database.url, { log })).toBe(false);
    expect(await count('FROM exam')).toBe(0);
  });

  it('seedIfEmpty: patients were imported before: there is somebody who can sign in, and they stay', async () => {
    const imported = await insertPatient(psql);

    expect(await seedIfEmpty(database.url, { log })).toBe(true);

    expect(await count(`FROM app_user WHERE handle = 'ana'`)).toBe(1);
    expect((await psql.query('SELECT FROM patient WHERE id = $1', [imported])).rowCount).toBe(1);
  });
});
