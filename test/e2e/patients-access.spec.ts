import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { startTestApp } from '../support/test-app.js';

const NEW_PATIENT = { givenName: 'A', familyName: 'B', birthDate: '2000-01-01', gender: 'other' };
const NEW_EXAM = { code: 'c', codeSystem: 's', name: 'n', date: '2026-01-01T00:00:00Z' };
const NEW_MEDICATION = { ...NEW_EXAM, status: 'active' };

describe('who may call the routes of patients', () => {
  let clinic: Clinic;
  let own: { patient: string; exam: string; medication: string };
  let other: { patient: string; exam: string; medication: string };

  beforeAll(async () => {
    clinic = await openClinic();
  });
  beforeEach(async () => {
    own = await itemsOf(await clinic.rows.patient());
    other = await itemsOf(await clinic.rows.patient());
    await clinic.rows.query(`UPDATE app_user SET patient_id = $1 WHERE handle = 'patient'`, [own.patient]);
  });
  afterAll(() => clinic.close());

  const itemsOf = async (patient: string) => ({
    patient,
    exam: await clinic.rows.exam(patient),
    medication: await clinic.rows.medication(patient),
  });

  // Every route with what it answers those who may call it.
  const routes: [method: string, path: string, body: unknown, allowed: number][] = [
    ['GET', '/api/patients', undefined, 200],
    ['POST', '/api/patients', NEW_PATIENT, 201],
    ['PATCH', '/api/patients/{patient}', { phone: '1' }, 200],
    ['DELETE', '/api/patients/{patient}', undefined, 204],
    ['POST', '/api/patients/{patient}/exams', NEW_EXAM, 201],
    ['PATCH', '/api/patients/{patient}/exams/{exam}', { unit: 'g' }, 200],
    ['DELETE', '/api/patients/{patient}/exams/{exam}', undefined, 204],
    ['POST', '/api/patients/{patient}/medications', NEW_MEDICATION, 201],
    ['PATCH', '/api/patients/{patient}/medications/{medication}', { dosage: 'x' }, 200],
    ['DELETE', '/api/patients/{patient}/medications/{medication}', undefined, 204],
  ];
  const readable = [
    '/api/patients/{patient}',
    '/api/patients/{patient}/exams',
    '/api/patients/{patient}/medications',
  ];
  const at = (path: string, ids: Partial<typeof own>) =>
    path.replace(/\{(\w+)\}/g, (_, kind: keyof typeof own) => ids[kind] ?? randomUUID());
  const send = (api: Api, method: string, path: string, body: unknown) =>
    api.send(method, path, body === undefined ? undefined : JSON.stringify(body));

  it.each(routes)(
    '%s %s: clinicians and admins may, patients and strangers may not',
    async (method, path, body, allowed) => {
      expect(await send(new Api(clinic.app.url), method, at(path, own), body)).toMatchObject({
        status: 401,
        body: { code: 'AUTH_TOKEN_MISSING' },
      });
      expect(await send(clinic.patient, method, at(path, own), body)).toMatchObject({
        status: 403,
        body: { code: 'AUTH_FORBIDDEN' },
      });
      expect(await send(clinic.clinician, method, at(path, own), body)).toMatchObject({ status: allowed });
      expect(await send(clinic.admin, method, at(path, other), body)).toMatchObject({ status: allowed });
    },
  );

  it.each(readable)('GET %s: clinicians, admins, and of patients only the one it is about', async (path) => {
    expect((await new Api(clinic.app.url).get(at(path, own))).status).toBe(401);
    for (const api of [clinic.clinician, clinic.admin]) {
      expect((await api.get(at(path, other))).status).toBe(200);
      expect((await api.get(at(path, {}))).body.code).toBe('PATIENT_NOT_FOUND');
    }
    expect((await clinic.patient.get(at(path, own))).status).toBe(200);
    expect((await clinic.patient.get(at(path, { patient: own.patient.toUpperCase() }))).status).toBe(200);
  });

  it('a patient gets the same answer for a record that exists and one that does not', async () => {
    const answers = await Promise.all(
      [other.patient, randomUUID(), 'null', 'undefined', 'x', `${own.patient}%20`].map((id) =>
        clinic.patient.get(`/api/patients/${id}`),
      ),
    );

    expect(new Set(answers.map(({ status, body }) => `${status} ${body.code} ${body.detail}`))).toEqual(
      new Set(['403 AUTH_FORBIDDEN You may read your own record only.']),
    );
  });

  it('a patient without a record, and one whose record was deleted, may read none', async () => {
    await clinic.rows.user('unlinked', 'patient');
    const unlinked = await Api.signedIn(clinic.app.url, 'unlinked');
    await clinic.admin.delete(`/api/patients/${own.patient}`);

    expect((await unlinked.get(`/api/patients/${other.patient}`)).status).toBe(403);
    expect((await unlinked.get('/api/patients/null')).status).toBe(403);
    expect((await clinic.patient.get(`/api/patients/${own.patient}`)).status).toBe(403);
  });

  it.each(['exam', 'medication'] as const)(
    '%s: found under its own patient only, and not touched through another',
    async (kind) => {
      const { clinician, rows } = clinic;
      const strange = `/api/patients/${own.patient}/${kind}s/${other[kind]}`;
      const missing = `/api/patients/${own.patient}/${kind}s/${randomUUID()}`;

      const answers = [
        await clinician.patch(strange, { name: 'mine' }),
        await clinician.patch(strange, {}),
        await clinician.delete(strange),
        await clinician.patch(missing, { name: 'mine' }),
        await clinician.delete(missing),
      ];
      const withoutPatient = await clinician.delete(`/api/patients/${randomUUID()}/${kind}s/${other[kind]}`);

      expect(new Set(answers.map(({ status, body }) => `${status} ${body.code} ${body.detail}`))).toEqual(
        new Set([`404 ${kind.toUpperCase()}_NOT_FOUND The patient has no ${kind} with this id.`]),
      );
      expect(withoutPatient.body.code).toBe('PATIENT_NOT_FOUND');
      expect(await rows.query(`SELECT name FROM ${kind} WHERE id = $1`, [other[kind]])).toEqual([
        { name: kind },
      ]);
    },
  );
});

describe('who may read a record, by the tokens of an identity provider', () => {
  it.each([
    ['clinician and patient', ['patient', 'clinician'], 'linked', 200, 200],
    ['patient', ['patient'], 'linked', 200, 403],
    ['patient whom Careline does not know', ['patient'], 'unknown', 403, 403],
    ['nobody in particular', [], 'linked', 403, 403],
  ] as const)('%s', async (_, roles, user, ownStatus, otherStatus) => {
    const provider = await IdentityProvider.start();
    const app = await startTestApp({
      AUTH_JWKS_URI: provider.jwksUri,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    });
    const rows = await ClinicalRows.connect(app.databaseUrl);
    try {
      const [own, other] = [await rows.patient(), await rows.patient()];
      const linked = await rows.user('linked', 'patient', own);
      const api = new Api(app.url, await provider.token(user === 'linked' ? linked : randomUUID(), roles));

      expect((await api.get(`/api/patients/${own}`)).status).toBe(ownStatus);
      expect((await api.get(`/api/patients/${other}`)).status).toBe(otherStatus);
    } finally {
      await rows.close();
      await app.close();
      await provider.stop();
    }
  });
});
