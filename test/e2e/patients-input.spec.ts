import { openClinic, type Clinic } from '../support/clinic.js';
import { sendRaw, statusOf } from '../support/raw-http.js';

const EXAM = { code: 'c', codeSystem: 's', name: 'n', result: 'r', unit: 'u', date: '2026-01-01T00:00:00Z' };
const MEDICATION = {
  code: 'c',
  codeSystem: 's',
  name: 'n',
  status: 'active',
  dosage: 'd',
  date: '2026-01-01T00:00:00Z',
};
const PATIENT = {
  givenName: 'A',
  familyName: 'B',
  birthDate: '1980-01-01',
  deathDate: '2020-01-01',
  gender: 'other',
  phone: '1',
  email: 'a@b',
  address: 'x',
};

/** JSON of values that no field takes. */
const NO_FIELD_TAKES = [
  '0',
  '-1',
  '1e400',
  '123456789012345678901234567890',
  'true',
  '[]',
  '["a"]',
  '{}',
  '{"a":1}',
  '""',
  '"  \\t\\n "',
  '"\\u0000"',
  '"a\\u0000b"',
  '"a\\u0007b"',
  '"\\ud800"',
  '"a\\udfff"',
  '"\\u007f"',
  JSON.stringify('x'.repeat(5_000)),
  JSON.stringify('😀'.repeat(4_001)),
];
const NO_DATE = [
  '"2023-02-30"',
  '"2023-13-01"',
  '"2023-00-10"',
  '"0000-01-01"',
  '"0999-12-31"',
  '"10000-01-01"',
  '"+010000-01-01"',
  '"-000001-01-01"',
  '"2023-2-3"',
  '"2023-02-03T00:00:00Z"',
  '"infinity"',
  '"today"',
  '"２０２３-01-01"',
  '"1900-02-29"',
];
const NO_TIME = [
  '"2023-02-30T00:00:00Z"',
  '"2023-02-03"',
  '"2023-02-03T00:00Z"',
  '"2023-02-03T24:00:00Z"',
  '"2023-02-03T00:60:00Z"',
  '"2023-02-03T23:59:60Z"',
  '"2023-02-03T00:00:00"',
  '"2023-02-03T00:00:00+24:00"',
  '"2023-02-03 00:00:00Z"',
  '"0999-12-31T23:59:59Z"',
  '"1000-01-01T00:00:00+01:00"',
  '"9999-12-31T23:59:59-01:00"',
  '"+275760-09-13T00:00:00.000Z"',
  '"infinity"',
  '"now"',
];
const EXTRA: Record<string, readonly string[]> = {
  birthDate: NO_DATE,
  deathDate: NO_DATE,
  date: NO_TIME,
  gender: ['"Male"', '"m"', '"__proto__"', '"toString"'],
  status: ['"Active"', '"done"', '"constructor"'],
  email: ['"a"', '"@"', '"a@"', '"@b"', '"a b@c"', '"a@b@c"'],
  givenName: ['"a\\nb"', JSON.stringify('x'.repeat(101))],
};

describe('what no route of patients takes', () => {
  let clinic: Clinic;
  let paths: Record<'patient' | 'exam' | 'medication', [collection: string, item: string]>;
  beforeAll(async () => {
    clinic = await openClinic();
    const { rows, patientId } = clinic;
    const path = `/api/patients/${patientId}`;
    paths = {
      patient: ['/api/patients', path],
      exam: [`${path}/exams`, `${path}/exams/${await rows.exam(patientId)}`],
      medication: [`${path}/medications`, `${path}/medications/${await rows.medication(patientId)}`],
    };
  });
  afterAll(async () => {
    const faults = clinic.app.logs.filter((line) => /"level":"(error|fatal)"/.test(line));
    await clinic.close();
    expect(faults).toEqual([]);
  });

  const bodies = { patient: PATIENT, exam: EXAM, medication: MEDICATION };
  const fields = Object.entries(bodies).flatMap(([kind, body]) =>
    Object.keys(body).map((field) => [kind as keyof typeof bodies, field] as const),
  );

  it.each(fields)('%s.%s: 400 that names the field, on creation and on change', async (kind, field) => {
    const [collection, item] = paths[kind];
    const refused = { status: 400, body: { code: 'REQUEST_INVALID', errors: [{ field }] } };

    for (const value of [...NO_FIELD_TAKES, ...(EXTRA[field] ?? [])]) {
      const whole = JSON.stringify({ ...bodies[kind], [field]: '?' }).replace('"?"', () => value);
      expect([value, await clinic.clinician.send('POST', collection, whole)]).toMatchObject([value, refused]);
      const part = `{${JSON.stringify(field)}:${value}}`;
      expect([value, await clinic.clinician.send('PATCH', item, part)]).toMatchObject([value, refused]);
    }
  });

  it.each(Object.keys(bodies) as (keyof typeof bodies)[])(
    '%s: missing and unknown fields are named, all at once',
    async (kind) => {
      const [collection, item] = paths[kind];
      const unknown = { ...bodies[kind], id: clinic.patientId, nameKey: 'a', toString: 1 };
      const named = ['id', 'nameKey', 'toString'];

      const nothing = await clinic.clinician.post(collection, {});
      const created = await clinic.clinician.post(collection, unknown);
      const changed = await clinic.clinician.patch(item, unknown);

      const names = (answer: typeof nothing) => answer.body.errors?.map(({ field }) => field).sort();
      expect([nothing.status, created.status, changed.status]).toEqual([400, 400, 400]);
      expect(names(nothing)).toHaveLength(kind === 'exam' ? 4 : kind === 'patient' ? 4 : 5);
      expect(names(created)).toEqual(named.sort());
      expect(names(changed)).toEqual(named.sort());
    },
  );

  it.each(['', 'null', '[]', '"a"', '1', '{', '{"a":}', '{"__proto__":{"a":1}}', '\0', '{"phone":"1"}{}'])(
    'the body %j: 400',
    async (body) => {
      for (const [collection, item] of Object.values(paths)) {
        expect(await clinic.clinician.send('POST', collection, body)).toMatchObject({ status: 400 });
        expect(await clinic.clinician.send('PATCH', item, body)).toMatchObject({ status: 400 });
      }
    },
  );

  it.each([
    'x',
    '%00',
    '%ud800',
    '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b3',
    '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34%20',
    '%7B7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34%7D',
    '7b1d4a528f0e4c3b9a572f8e6c1d0b34',
    '__proto__',
  ])('the id %p: 400, wherever it stands', async (id) => {
    const { clinician, patientId } = clinic;
    const answers = [
      await clinician.get(`/api/patients/${id}`),
      await clinician.patch(`/api/patients/${id}`, {}),
      await clinician.delete(`/api/patients/${id}`),
      await clinician.get(`/api/patients/${id}/exams`),
      await clinician.post(`/api/patients/${id}/medications`, MEDICATION),
      await clinician.patch(`/api/patients/${patientId}/exams/${id}`, {}),
      await clinician.delete(`/api/patients/${patientId}/medications/${id}`),
    ];

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 400));
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=-1', 'limit'],
    ['limit=', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=1e1', 'limit'],
    ['limit=%00', 'limit'],
    ['limit=99999999999999999999', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=x', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['cursor=a&cursor=b', 'cursor'],
    ['offset=1', 'offset'],
  ])('the query %p: 400 that names the parameter', async (query, field) => {
    const refused = { status: 400, body: { errors: [{ field }] } };

    expect(await clinic.clinician.get(`/api/patients?${query}`)).toMatchObject(refused);
    expect(await clinic.clinician.get(`${paths.exam[0]}?${query}`)).toMatchObject(refused);
  });

  it.each(['', '%20', '%00', '%07', 'a%00', 'a%0Ab', 'a&name=b'])('the search for %p: 400', async (term) => {
    const answer = await clinic.clinician.get(`/api/patients?name=${term}`);

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'name' }] } });
  });

  it('a name, a cursor, an id, an address that are too long: 4xx', async () => {
    const { clinician } = clinic;
    const answers = [
      await clinician.get(`/api/patients?name=${'x'.repeat(101)}`),
      await clinician.get(`/api/patients?cursor=${'a'.repeat(8_193)}`),
      await clinician.get(`/api/patients?name=${'x'.repeat(15_000)}`),
      await clinician.get(`/api/patients/${'a'.repeat(90)}`),
      await clinician.get(`/api/patients/${'a'.repeat(5_000)}`),
      await clinician.get(`/api/patients?name=${'x'.repeat(20_000)}`),
    ];

    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 400, 414, 431]);
  });

  it.each(['%ff', '%ED%A0%80', '%E0%A4%A', '%zz', '%', '100%', '\xff', ':&#@'])(
    'the search for the raw bytes %j: an answer below 500',
    async (bytes) => {
      const head = `GET /api/patients?name=${bytes} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`;
      const answer = await sendRaw(
        clinic.app.url,
        Buffer.from(`${head}Authorization: Bearer ${clinic.clinician.token}\r\n\r\n`, 'latin1'),
      );

      expect(statusOf(answer)).toBeGreaterThanOrEqual(200);
      expect(statusOf(answer)).toBeLessThan(500);
    },
  );

  it('names that fold to the longest keys: no 5xx', async () => {
    // Each of these is one character that unfolds to many.
    for (const character of ['\ufdfa', '\ufdfb', '\u3300', '\u1f82', '\u3316', '㌀㌁㌂㌃㌄㌅㌆㌇㌈㌉']) {
      const name = character.repeat(Math.floor(100 / character.length));
      const answer = await clinic.clinician.post('/api/patients', {
        ...PATIENT,
        familyName: name,
        givenName: name,
      });

      expect([201, 422]).toContain(answer.status);
    }
  });
});
