import type { RawClient, RawRequest } from './support/http.js';
import { Scene } from './support/scene.js';

const ADMIN_ROUTES: readonly RawRequest[] = [
  { path: '/api/cache/stats' },
  { path: '/api/cache/stream' },
  { path: '/api/cache/entries?route=/api/patients' },
  { path: '/api/cache/flush', method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } },
];

// https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/
describe('API5: broken function level authorization', () => {
  let scene: Scene;
  let others: readonly RawClient[];
  beforeAll(async () => {
    scene = await Scene.open();
    others = [scene.intruder, scene.clinician, scene.stranger];
  });
  afterAll(() => scene.close());

  const flushes = () => scene.clinic.rows.version('*');

  it.each(ADMIN_ROUTES)('$path is for admins, whatever else a request says', async (route) => {
    const claims = [
      {},
      { 'x-role': 'admin', 'x-roles': 'admin', role: 'admin' },
      { 'x-original-url': '/health/live', 'x-rewrite-url': '/health/live' },
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
      { cookie: 'role=admin' },
    ];
    const before = await flushes();
    for (const headers of claims) {
      const answers = await Promise.all(
        others.map((client) => client.send({ ...route, headers: { ...route.headers, ...headers } })),
      );

      expect(answers.map(({ status }) => status)).toEqual([403, 403, 401]);
    }
    expect(await flushes()).toBe(before);
  });

  it.each([
    '/API/CACHE/STATS',
    '/api/cache/stats/',
    '/api//cache/stats',
    '//api/cache/stats',
    '/api/./cache/stats',
    '/api/patients/../cache/stats',
    '/api/cache/%73tats',
    '/api/cache%2fstats',
    '/api/cache/stats;.css',
    '/api/cache/stats%00',
    '/api/cache/stats.json',
    '/cache/stats',
    '/cache/assets/../../api/cache/stats',
  ])('no other spelling opens an admin’s route: %s', async (path) => {
    for (const client of others) {
      const { status, body } = await client.get(path);

      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(body).not.toContain('hitRatio');
    }
  });

  it.each(['x-http-method-override', 'x-http-method', 'x-method-override'])(
    'the method is that of the request, not of %s',
    async (name) => {
      const path = `/api/patients/${scene.victimId}`;
      const answer = await scene.clinician.get(path, { [name]: 'DELETE' });
      const again = await scene.clinician.get(`${path}?_method=DELETE`);

      expect(answer.status).toBe(200);
      expect(again.status).toBeLessThan(500);
      expect((await scene.clinician.get(path)).body).toContain(scene.marker);
    },
  );

  it('an entry of the cache answers its own method and nobody else’s', async () => {
    await scene.warm();
    const [path = ''] = scene.victimPaths;
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE']) {
      const answer = await scene.intruder.send({ method, path });

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(scene.leaksIn(answer)).toBe(false);
    }
    expect((await scene.warm()).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('a patient writes nothing, not even in their own record', async () => {
    const headers = { 'content-type': 'application/json' };
    const record = `/api/patients/${scene.ownId}`;
    const exam = '{"code":"c","codeSystem":"s","name":"n","date":"2026-01-01T00:00:00Z"}';
    const answers = await Promise.all([
      scene.intruder.send({ method: 'PATCH', path: record, headers, body: '{"phone":"1"}' }),
      scene.intruder.send({ method: 'DELETE', path: record }),
      scene.intruder.send({ method: 'POST', path: `${record}/exams`, headers, body: exam }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });
});
