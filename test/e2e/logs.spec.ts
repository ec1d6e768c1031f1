import pg from 'pg';
import { openClinic, type Clinic } from '../support/clinic.js';
import type { TestApp } from '../support/test-app.js';

const MARK = 'Quetzalcoatlus';

describe('logs', () => {
  let clinic: Clinic;
  let app: TestApp;
  let token: string;

  beforeAll(async () => {
    clinic = await openClinic();
    app = clinic.app;
    token = clinic.clinician.token ?? '';
  });
  afterAll(() => clinic.close());

  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${app.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'x-request-id': 'logs-spec-0001',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  it('whatever happens, no line carries clinical content, a search term or a token', async () => {
    const patient = { givenName: MARK, familyName: MARK, birthDate: '1980-01-31', gender: 'female' };
    const exam = { code: '1', codeSystem: 'x', name: MARK, result: MARK, date: '2026-01-31T08:30:00Z' };
    const created = await call('POST', '/api/patients', patient);
    const { id } = (await created.json()) as { id: string };

    const statuses = [
      created.status,
      (await call('POST', `/api/patients/${id}/exams`, exam)).status,
      (await call('GET', `/api/patients?name=${MARK}`)).status,
      (await call('POST', '/api/patients', { ...patient, [MARK]: 1 })).status,
      (await call('POST', '/api/patients', { ...patient, deathDate: '1970-01-01' })).status,
      (await call('GET', `/api/patients/${MARK}`)).status,
      (
        await fetch(`${app.url}/api/patients`, {
          headers: { authorization: `Bearer ${MARK}.${MARK}.${MARK}` },
        })
      ).status,
    ];
    await failWrites(app.databaseUrl);
    const broken = await call('POST', `/api/patients/${id}/exams`, exam);

    expect(statuses).toEqual([201, 201, 200, 400, 422, 400, 401]);
    expect(broken.status).toBe(500);
    const text = app.logs.join('');
    expect(text).not.toContain(MARK);
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.split('.')[2]);
    expect(text).toContain('"route":"/api/patients/:id/exams"');
    expect(text).toContain('"requestId":"logs-spec-0001"');
    expect(text).toContain('"msg":"request failed"');
  });
});

/** Makes the next write fail inside PostgreSQL, with an error that quotes what was written. */
async function failWrites(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'refused: %', NEW.name; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON exam FOR EACH ROW EXECUTE FUNCTION refuse()`);
  await client.end();
}
