import { randomUUID } from 'node:crypto';
import { Scene } from './support/scene.js';

const RECORD = [
  'id',
  'givenName',
  'familyName',
  'birthDate',
  'deathDate',
  'gender',
  'phone',
  'email',
  'address',
  'exams',
  'medications',
];
const ITEM = ['id', 'code', 'codeSystem', 'name', 'date'];

// https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
describe('API3: broken object property level authorization', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.close());

  const write = (method: string, path: string, body: unknown) =>
    scene.clinician.send({
      method,
      path,
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const fieldsOf = (body: string) => Object.keys(JSON.parse(body) as object).sort();

  it.each([
    ['id', { id: randomUUID() }],
    ['createdAt', { createdAt: '2000-01-01T00:00:00Z' }],
    ['role', { role: 'admin' }],
    ['exams', { exams: [] }],
    ['version', { version: 0 }],
    ['patientId', { patientId: randomUUID() }],
  ])('%s cannot be written: 400 names it, the record and its entry stay', async (field, extra) => {
    const before = await scene.warm();
    const answer = await write('PATCH', `/api/patients/${scene.victimId}`, { phone: '1', ...extra });

    expect(answer.status).toBe(400);
    expect(answer.body).toContain(field);
    expect((await scene.warm()).map(({ headers }) => headers.etag)).toEqual(
      before.map(({ headers }) => headers.etag),
    );
  });

  it('a prototype cannot be written, and pollutes nothing', async () => {
    for (const name of ['__proto__', 'constructor']) {
      const body = `{"${name}":{"prototype":{"polluted":"yes"},"polluted":"yes"}}`;
      const { status } = await write('PATCH', `/api/patients/${scene.victimId}`, body);
      expect([name, status]).toEqual([name, 400]);
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each(['prototype', 'constructor'])(
    '%s is a field as any other that is not known: 400 names it',
    async (name) => {
      const inBody = await write('PATCH', `/api/patients/${scene.victimId}`, `{"phone":"1","${name}":1}`);
      const inQuery = await scene.clinician.get(`/api/patients?${name}=1`);

      expect([inBody.status, inQuery.status]).toEqual([400, 400]);
      expect([inBody.body, inQuery.body]).toEqual([
        expect.stringContaining(`"${name}"`),
        expect.stringContaining(`"${name}"`),
      ]);
    },
  );

  it('an exam cannot be made for, or moved to, another patient than the one in the address', async () => {
    const own = `/api/patients/${scene.ownId}/exams`;
    const exam = { code: 'c', codeSystem: 's', name: 'n', date: '2026-01-01T00:00:00Z' };
    const made = await write('POST', own, { ...exam, patientId: scene.victimId });
    const theirs = `/api/patients/${scene.victimId}/exams/${scene.examId}`;
    const moved = await write('PATCH', theirs, { patientId: scene.ownId });

    expect([made.status, moved.status]).toEqual([400, 400]);
  });

  it('a record has the fields that are documented and no others, loaded and from the cache', async () => {
    await write('POST', '/api/cache/flush', {});
    const path = `/api/patients/${scene.victimId}`;
    const loaded = await scene.clinician.get(path, { 'cache-control': 'no-cache' });
    const [hit] = await scene.warm();

    expect(fieldsOf(loaded.body)).toEqual([...RECORD].sort());
    expect(hit?.body).toBe(loaded.body);
    const { exams, medications } = JSON.parse(loaded.body) as Record<'exams' | 'medications', object[]>;
    expect(Object.keys(exams[0] ?? {}).sort()).toEqual([...ITEM, 'result', 'unit'].sort());
    expect(Object.keys(medications[0] ?? {}).sort()).toEqual([...ITEM, 'status', 'dosage'].sort());
  });

  it('of another user one learns the id, the handle and the name; neither role nor record', async () => {
    const answer = await scene.intruder.get('/api/users?handle=clinician');

    expect(answer.status).toBe(200);
    expect(answer.body).not.toMatch(/role|patientId/);
  });
});
