import { randomUUID } from 'node:crypto';
import type { PatientRecord } from '../../src/patients/dto/patient-record.dto.js';
import type { Patient } from '../../src/patients/dto/patient.dto.js';
import { openClinic, type Clinic } from '../support/clinic.js';

const UUID = /^[0-9a-f-]{36}$/;
const SMALLEST = { givenName: 'Ana', familyName: 'Pérez', birthDate: '1984-02-29', gender: 'female' };
const CLEARED = { deathDate: null, phone: null, email: null, address: null };
const FULL = {
  ...SMALLEST,
  deathDate: '2020-12-31',
  phone: '+34 600 111 222',
  email: 'ana@example.org',
  address: 'Calle Mayor 1\n28013 Madrid',
};

describe('changes of patients', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  afterAll(() => clinic.close());

  const create = async (fields: object = FULL) =>
    (await clinic.clinician.post<Patient>('/api/patients', fields)).body.id;
  const read = async (id: string) => (await clinic.clinician.get<PatientRecord>(`/api/patients/${id}`)).body;

  describe('POST /api/patients', () => {
    it.each([
      ['everything', FULL, FULL],
      ['the smallest patient', SMALLEST, { ...SMALLEST, ...CLEARED }],
      ['null for what may be null', { ...SMALLEST, ...CLEARED }, { ...SMALLEST, ...CLEARED }],
    ])('%s: 201, the patient, its address', async (_, sent, expected) => {
      const answer = await clinic.clinician.post<Patient>('/api/patients', sent);

      expect(answer).toMatchObject({
        status: 201,
        body: { ...expected, id: expect.stringMatching(UUID) as string },
      });
      expect(answer.headers.get('location')).toBe(`/api/patients/${answer.body.id}`);
      expect(await read(answer.body.id)).toEqual({ ...answer.body, exams: [], medications: [] });
    });

    it('text is kept trimmed and in NFC, and dates of years 1000 and 9999 as they are', async () => {
      const id = await create({ ...SMALLEST, givenName: '  Jose\u0301 ', birthDate: '1000-01-01' });

      expect(await read(id)).toMatchObject({ givenName: 'José', birthDate: '1000-01-01' });
    });
  });

  describe('PATCH /api/patients/:id', () => {
    it.each([
      ['one field', { phone: '1' }, { ...FULL, phone: '1' }],
      ['null clears what may be null', CLEARED, { ...SMALLEST, ...CLEARED }],
      [
        'every field',
        { ...FULL, givenName: 'Eva', gender: 'other' },
        { ...FULL, givenName: 'Eva', gender: 'other' },
      ],
      ['nothing', {}, FULL],
    ])('%s: the rest stays', async (_, patch, expected) => {
      const id = await create();

      const answer = await clinic.clinician.patch<Patient>(`/api/patients/${id}`, patch);

      expect(answer).toMatchObject({ status: 200, body: { ...expected, id } });
      expect(await read(id)).toEqual({ ...answer.body, exams: [], medications: [] });
    });

    it('an empty patch raises no version, another does', async () => {
      const id = await create();
      const before = await clinic.rows.version(`patient:${id}`);

      await clinic.clinician.patch(`/api/patients/${id}`, {});
      expect(await clinic.rows.version(`patient:${id}`)).toBe(before);

      await clinic.clinician.patch(`/api/patients/${id}`, { phone: '1' });
      expect(await clinic.rows.version(`patient:${id}`)).toBe(before + 1);
    });

    it.each(['givenName', 'familyName', 'birthDate', 'gender'])('null for %s: 400', async (field) => {
      const answer = await clinic.clinician.patch(`/api/patients/${await create()}`, { [field]: null });

      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
    });

    it('takes JSON Merge Patch by name', async () => {
      const id = await create();
      const response = await fetch(`${clinic.app.url}/api/patients/${id}`, {
        method: 'PATCH',
        headers: {
          authorization: `Bearer ${clinic.clinician.token}`,
          'content-type': 'application/merge-patch+json',
        },
        body: '{"phone":null}',
      });

      expect(response.status).toBe(200);
      expect(await read(id)).toMatchObject({ phone: null });
    });
  });

  describe('death and birth', () => {
    const refused = (field: string) => ({
      status: 422,
      body: { code: 'ENTITY_UNPROCESSABLE', errors: [{ field }] },
    });
    const inThreeDays = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toISOString().slice(0, 10);

    it.each([
      ['death before birth', { birthDate: '2000-01-02', deathDate: '2000-01-01' }, 'deathDate'],
      ['birth in the future', { birthDate: inThreeDays }, 'birthDate'],
      ['death in the future', { deathDate: inThreeDays }, 'deathDate'],
    ])('%s: 422 on creation', async (_, dates, field) => {
      expect(await clinic.clinician.post('/api/patients', { ...SMALLEST, ...dates })).toMatchObject(
        refused(field),
      );
    });

    it.each([
      ['death before the birth that is known', { deathDate: '1984-02-28' }, 'deathDate'],
      ['birth after the death that is known', { birthDate: '2021-01-01' }, 'deathDate'],
      ['birth in the future', { birthDate: inThreeDays }, 'birthDate'],
    ])('%s: 422 on change, and nothing changes', async (_, dates, field) => {
      const id = await create();

      expect(await clinic.clinician.patch(`/api/patients/${id}`, { ...dates, phone: '1' })).toMatchObject(
        refused(field),
      );
      expect(await read(id)).toMatchObject(FULL);
    });

    it('death on the day of birth: allowed', async () => {
      const id = await create({ ...SMALLEST, deathDate: SMALLEST.birthDate });

      expect(await read(id)).toMatchObject({ deathDate: SMALLEST.birthDate });
    });

    it('two changes at once that are right only apart: one of them is refused', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await create({ ...SMALLEST, birthDate: '1990-01-01', deathDate: '2000-01-01' });

        const answers = await Promise.all([
          clinic.clinician.patch(`/api/patients/${id}`, { birthDate: '1999-01-01' }),
          clinic.clinician.patch(`/api/patients/${id}`, { deathDate: '1995-01-01' }),
        ]);

        expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
      }
    });
  });

  it('many changes of one patient at once: all succeed, the last one wins whole', async () => {
    const id = await create();
    const patches = Array.from({ length: 30 }, (_, i) => ({ phone: `p${i}`, address: `a${i}` }));

    const answers = await Promise.all(
      patches.map((patch) => clinic.clinician.patch(`/api/patients/${id}`, patch)),
    );

    const now = await read(id);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect(patches).toContainEqual({ phone: now.phone, address: now.address });
  });

  it('DELETE takes all that is the patient’s; a second time it is not found', async () => {
    const id = await create();
    await clinic.rows.exam(id);
    await clinic.rows.medication(id);

    expect(await clinic.clinician.delete(`/api/patients/${id}`)).toMatchObject({
      status: 204,
      body: undefined,
    });

    const left =
      'SELECT id FROM exam WHERE patient_id = $1 UNION SELECT id FROM medication WHERE patient_id = $1';
    expect(await clinic.rows.query(left, [id])).toEqual([]);
    for (const answer of [
      await clinic.clinician.delete(`/api/patients/${id}`),
      await clinic.clinician.patch(`/api/patients/${id}`, { phone: '1' }),
      await clinic.clinician.patch(`/api/patients/${id}`, {}),
      await clinic.clinician.get(`/api/patients/${id}`),
      await clinic.clinician.get(`/api/patients/${randomUUID()}`),
    ]) {
      expect(answer).toMatchObject({ status: 404, body: { code: 'PATIENT_NOT_FOUND' } });
    }
  });
});
