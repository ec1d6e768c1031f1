import { jest } from '@jest/globals';
import pg from 'pg';
import type { PatientRecord } from '../../src/patients/dto/patient-record.dto.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { waitUntil } from '../support/wait-until.js';

describe('GET /api/patients/:id', () => {
  let clinic: Clinic;
  let id: string;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  beforeEach(async () => {
    id = await clinic.rows.patient('García', 'José');
  });
  afterAll(() => clinic.close());
  afterEach(() => jest.restoreAllMocks());

  const read = () => clinic.clinician.get<PatientRecord>(`/api/patients/${id}`);
  const fill = (exams: number, medications: number) =>
    clinic.rows.query(
      `WITH e AS (INSERT INTO exam (id, patient_id, code, code_system, name, result, unit, date)
                  SELECT gen_random_uuid(), '${id}', 'c' || i, 's', 'n', 'r', 'u', now() - i * interval '1 hour'
                  FROM generate_series(1, ${exams}) AS i)
       INSERT INTO medication (id, patient_id, code, code_system, name, status, dosage, date)
       SELECT gen_random_uuid(), '${id}', 'c' || i, 's', 'n', 'active', 'd', now() - i * interval '1 hour'
       FROM generate_series(1, ${medications}) AS i`,
    );

  it('the patient with exams and medications, each newest first, those of one time by id', async () => {
    const last = 'f0000000-0000-4000-8000-000000000000';
    const first = '00000000-0000-4000-8000-000000000000';
    for (const add of ['exam', 'medication'] as const) {
      await clinic.rows[add](id, '2020-05-05T10:00:00.123Z', first);
      await clinic.rows[add](id, '2020-05-05T10:00:00.123Z', last);
      await clinic.rows[add](id, '2020-05-05T10:00:00.124Z');
      await clinic.rows[add](id, '1000-01-01T00:00:00Z');
      await clinic.rows[add](id, '9999-12-31T23:59:59.999Z');
    }

    const { status, body } = await read();

    expect(status).toBe(200);
    expect(body).toEqual({
      id,
      givenName: 'José',
      familyName: 'García',
      birthDate: '1980-01-02',
      gender: 'other',
      deathDate: null,
      phone: null,
      email: null,
      address: null,
      exams: body.exams,
      medications: body.medications,
    });
    const dates = [
      '9999-12-31T23:59:59.999Z',
      '2020-05-05T10:00:00.124Z',
      '2020-05-05T10:00:00.123Z',
      '2020-05-05T10:00:00.123Z',
      '1000-01-01T00:00:00.000Z',
    ];
    for (const items of [body.exams, body.medications]) {
      expect(items.map(({ date }) => date)).toEqual(dates);
      expect([items[2]?.id, items[3]?.id]).toEqual([last, first]);
    }
    expect(body.exams[1]).toEqual({
      id: expect.any(String) as string,
      code: 'E',
      codeSystem: 'urn:test',
      name: 'exam',
      result: '1',
      unit: 'mg',
      date: dates[1],
    });
    expect(body.medications[1]).toEqual({
      id: expect.any(String) as string,
      code: 'M',
      codeSystem: 'urn:test',
      name: 'medication',
      status: 'active',
      dosage: 'daily',
      date: dates[1],
    });
  });

  it('takes as many statements for 900 exams as for none, and only reads', async () => {
    const statementsOfRead = async () => {
      const sent = jest.spyOn(pg.Client.prototype, 'query');
      const { body } = await read();
      const statements = sent.mock.calls.map(([query]) =>
        typeof query === 'string' ? query : (query as { text: string }).text,
      );
      sent.mockRestore();
      // The connection that listens for versions has a rhythm of its own.
      const ofRead = statements.filter((text) => !text.includes('pg_listening_channels'));
      return { exams: body.exams.length, statements: ofRead };
    };
    await fill(1, 1);
    const few = await statementsOfRead();
    await fill(899, 300);
    // Another program's change is heard of soon, and surely by the time when a write of our own is answered.
    await clinic.clinician.patch(`/api/patients/${id}`, { phone: null });
    const many = await statementsOfRead();

    expect([few.exams, many.exams]).toEqual([1, 900]);
    expect(many.statements).toEqual(few.statements);
    expect(many.statements.map((text) => text.trim().split(' ', 2).join(' '))).toEqual([
      'BEGIN',
      'SET TRANSACTION',
      'SELECT tag,',
      'SELECT "public"."patient"."id",',
      'SELECT "public"."exam"."id",',
      'SELECT "public"."medication"."id",',
      'COMMIT',
    ]);
    expect(many.statements[2]).toContain("'transaction_read_only', 'on'");
  });

  it('is of one moment: a change while it is read shows wholly or not at all', async () => {
    await fill(2, 2);
    const writer = await ClinicalRows.connect(clinic.app.databaseUrl);
    await writer.query('BEGIN');
    // The reader gets as far as the exams and waits here for the medications.
    await writer.query('LOCK TABLE medication IN ACCESS EXCLUSIVE MODE');
    const reading = read();
    await waitUntil('the reader waits for the lock', async () => {
      const waiting = await clinic.rows.query(
        `SELECT FROM pg_locks WHERE relation = 'medication'::regclass AND NOT granted`,
      );
      return waiting.length === 1;
    });
    await writer.exam(id);
    await writer.medication(id);
    await writer.query('COMMIT');
    await writer.close();

    const { body } = await reading;
    const later = (await read()).body;

    expect([body.exams.length, body.medications.length]).toEqual([2, 2]);
    expect([later.exams.length, later.medications.length]).toEqual([3, 3]);
  });
});
