import { randomUUID } from 'node:crypto';
import type { PatientRecord } from '../../src/patients/dto/patient-record.dto.js';
import { openClinic, type Clinic } from '../support/clinic.js';

interface Item {
  readonly id: string;
  readonly date: string;
}

const COMMON = {
  code: '4548-4',
  codeSystem: 'http://loinc.org',
  name: 'A name',
  date: '2026-01-31T08:30:00.000Z',
};
const KINDS = [
  {
    list: 'exams' as const,
    required: COMMON,
    full: { ...COMMON, result: '6.1', unit: '%' },
    cleared: { result: null, unit: null },
  },
  {
    list: 'medications' as const,
    required: { ...COMMON, status: 'active' },
    full: { ...COMMON, status: 'active', dosage: 'one a day' },
    cleared: { dosage: null },
  },
];

describe.each(KINDS)('$list of a patient', ({ list, required, full, cleared }) => {
  let clinic: Clinic;
  let patientId: string;
  let path: string;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  beforeEach(async () => {
    patientId = await clinic.rows.patient();
    path = `/api/patients/${patientId}/${list}`;
  });
  afterAll(() => clinic.close());

  const create = async (fields: object = full) => (await clinic.clinician.post<Item>(path, fields)).body.id;
  const only = async () => {
    const { body } = await clinic.clinician.get<PatientRecord>(`/api/patients/${patientId}`);
    expect(body[list]).toHaveLength(1);
    return body[list][0];
  };

  it.each([
    ['everything', full, full],
    ['only what is required', required, { ...required, ...cleared }],
    ['a time with an offset', { ...full, date: '2026-01-31T10:30:00.0009+02:00' }, full],
  ])('POST %s: 201, the item, its address', async (_, sent, expected) => {
    const answer = await clinic.clinician.post<Item>(path, sent);

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({ ...expected, id: answer.body.id });
    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
    expect(await only()).toEqual(answer.body);
  });

  it('POST with the id in upper case: the address is the canonical one', async () => {
    const answer = await clinic.clinician.post<Item>(
      `/api/patients/${patientId.toUpperCase()}/${list}`,
      full,
    );

    expect(answer.headers.get('location')).toBe(`${path}/${answer.body.id}`);
  });

  it('POST for a patient who does not exist: 404', async () => {
    const answer = await clinic.clinician.post(`/api/patients/${randomUUID()}/${list}`, full);

    expect(answer).toMatchObject({ status: 404, body: { code: 'PATIENT_NOT_FOUND' } });
  });

  it.each([
    ['one field', { name: 'Another' }, { ...full, name: 'Another' }],
    ['null clears what may be null', cleared, { ...full, ...cleared }],
    ['nothing', {}, full],
  ])('PATCH %s: the rest stays', async (_, patch, expected) => {
    const id = await create();

    const answer = await clinic.clinician.patch<Item>(`${path}/${id}`, patch);

    expect(answer).toMatchObject({ status: 200, body: { ...expected, id } });
    expect(await only()).toEqual(answer.body);
  });

  it('PATCH with nothing raises no version', async () => {
    const id = await create();
    const before = await clinic.rows.version(`patient:${patientId}`);

    await clinic.clinician.patch(`${path}/${id}`, {});

    expect(await clinic.rows.version(`patient:${patientId}`)).toBe(before);
  });

  it.each(Object.keys(required))('PATCH null for %s: 400', async (field) => {
    const answer = await clinic.clinician.patch(`${path}/${await create()}`, { [field]: null });

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field }] } });
  });

  it('DELETE: 204, then 404', async () => {
    const id = await create();

    expect((await clinic.clinician.delete(`${path}/${id}`)).status).toBe(204);
    expect(await clinic.clinician.delete(`${path}/${id}`)).toMatchObject({
      status: 404,
      body: { code: list === 'exams' ? 'EXAM_NOT_FOUND' : 'MEDICATION_NOT_FOUND' },
    });
  });

  it('GET pages, newest first, also through many of one moment while others come and go', async () => {
    const insert = (date: string) =>
      list === 'exams' ? clinic.rows.exam(patientId, date) : clinic.rows.medication(patientId, date);
    for (let i = 0; i < 25; i += 1) await insert(`2026-01-${10 + (i % 3)}T00:00:00Z`);
    const record = await clinic.clinician.get<PatientRecord>(`/api/patients/${patientId}`);
    const before: Item[] = [...record.body[list]];

    const { items, pages } = await clinic.clinician.pages<Item>(`${path}?limit=4`, async () => {
      await insert('2026-02-01T00:00:00Z');
    });

    expect(before).toEqual(before.toSorted(newestFirst));
    expect(items).toEqual(before);
    expect(pages).toBe(7);
  });

  it('GET of a patient without any: an empty page; of nobody: 404', async () => {
    expect(await clinic.clinician.get(path)).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    });
    expect(await clinic.clinician.get(`/api/patients/${randomUUID()}/${list}`)).toMatchObject({
      status: 404,
      body: { code: 'PATIENT_NOT_FOUND' },
    });
  });

  it('a cursor of another patient or of another list: 400', async () => {
    const other = list === 'exams' ? 'medications' : 'exams';
    const anotherPatient = await clinic.rows.patient();
    await create();
    await create();
    const { body } = await clinic.clinician.get<{ nextCursor: string }>(`${path}?limit=1`);

    for (const stranger of [
      `/api/patients/${anotherPatient}/${list}`,
      `/api/patients/${patientId}/${other}`,
      '/api/patients',
    ]) {
      expect(await clinic.clinician.get(`${stranger}?cursor=${body.nextCursor}`)).toMatchObject({
        status: 400,
        body: { code: 'REQUEST_INVALID', errors: [{ field: 'cursor' }] },
      });
    }
    expect((await clinic.clinician.get(`${path}?cursor=${body.nextCursor}`)).status).toBe(200);
  });
});

function newestFirst(a: Item, b: Item): number {
  return b.date.localeCompare(a.date) || (b.id < a.id ? -1 : 1);
}
