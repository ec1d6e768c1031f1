import { randomUUID } from 'node:crypto';
import { Api } from '../support/api.js';
import { ClinicalRows } from '../support/clinical-rows.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { AUDIENCE, IdentityProvider, ISSUER } from '../support/identity-provider.js';
import { startTestApp } from '../support/test-app.js';

describe('users', () => {
  let clinic: Clinic;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  afterAll(() => clinic.close());

  const idOf = async (handle: string) =>
    (await clinic.rows.query<{ id: string }>('SELECT id FROM app_user WHERE handle = $1', [handle]))[0]?.id;

  it.each(['clinician', 'admin', 'patient'] as const)(
    'GET /api/users/me as %s: all about them',
    async (role) => {
      const { status, body } = await clinic[role].get<object>('/api/users/me');

      expect(status).toBe(200);
      expect(body).toEqual({
        id: await idOf(role),
        handle: role,
        displayName: `Name of ${role}`,
        role,
        patientId: role === 'patient' ? clinic.patientId : null,
      });
    },
  );

  it.each(['clinician', 'admin', 'patient'] as const)(
    'GET /api/users?handle= as %s: nothing but id, handle and name',
    async (role) => {
      const { status, body } = await clinic[role].get<object>('/api/users?handle=patient');

      expect(status).toBe(200);
      expect(body).toEqual({ id: await idOf('patient'), handle: 'patient', displayName: 'Name of patient' });
    },
  );

  it.each(['nobody', 'pat', 'patien_', 'patient%25', 'Patient', '%27%20OR%201=1--', '%F0%9F%98%80'])(
    'GET /api/users?handle=%s: 404, a handle is matched exactly',
    async (handle) => {
      expect(await clinic.clinician.get(`/api/users?handle=${handle}`)).toMatchObject({
        status: 404,
        body: { code: 'USER_NOT_FOUND' },
      });
    },
  );

  it.each([
    ['', 'handle'],
    ['?handle=', 'handle'],
    ['?handle=%00', 'handle'],
    ['?handle=a&handle=b', 'handle'],
    [`?handle=${'a'.repeat(65)}`, 'handle'],
    ['?handle=patient&role=admin', 'role'],
  ])('GET /api/users%s: 400', async (query, field) => {
    expect(await clinic.clinician.get(`/api/users${query}`)).toMatchObject({
      status: 400,
      body: { code: 'REQUEST_INVALID', errors: [{ field }] },
    });
  });

  it('without a token: 401', async () => {
    const stranger = new Api(clinic.app.url);

    expect((await stranger.get('/api/users/me')).status).toBe(401);
    expect((await stranger.get('/api/users?handle=patient')).status).toBe(401);
  });

  it('a user who was deleted, or whom only the identity provider knows: 404', async () => {
    const provider = await IdentityProvider.start();
    const app = await startTestApp({
      AUTH_JWKS_URI: provider.jwksUri,
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
    });
    const rows = await ClinicalRows.connect(app.databaseUrl);
    try {
      const known = new Api(app.url, await provider.token(await rows.user('known', 'clinician'), []));
      const unknown = new Api(app.url, await provider.token(randomUUID(), ['clinician']));

      expect((await known.get('/api/users/me')).status).toBe(200);
      expect(await unknown.get('/api/users/me')).toMatchObject({
        status: 404,
        body: { code: 'USER_NOT_FOUND' },
      });
    } finally {
      await rows.close();
      await app.close();
      await provider.stop();
    }
  });
});
