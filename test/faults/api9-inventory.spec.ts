import type { FastifyInstance } from 'fastify';
import { createApp } from '../../src/app.js';
import { createLogger } from '../../src/common/logging/logger.js';
import { AUDIENCE, ISSUER } from '../support/identity-provider.js';
import { startTestApp } from '../support/test-app.js';
import { RawClient } from './support/http.js';
import { Scene } from './support/scene.js';

/** Pages and their parts: no operations of the API. */
const PAGES = /^\/(docs(-json|-yaml)?(\/.*)?|cache(\/assets\/[\w.-]+)?)$/;

/** Columns that a level takes in the tree. */
const INDENT = 4;

// https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
describe('API9: improper inventory management', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.close());

  it('every address that the server answers is in the OpenAPI document, or is a page', async () => {
    const document = JSON.parse((await scene.stranger.get('/docs-json')).body) as { paths: object };
    const documented = Object.keys(document.paths).map((path) => path.replace(/\{(\w+)\}/g, ':$1'));
    const app = await createApp(scene.clinic.app.config, createLogger('silent'));
    await app.init();
    const routes = routesOf(app.getHttpAdapter().getInstance());
    await app.close();

    expect(routes.length).toBeGreaterThan(documented.length);
    expect(routes).toEqual(expect.arrayContaining(documented));
    expect(routes.filter((route) => !documented.includes(route) && !PAGES.test(route))).toEqual([]);
  });

  it.each([
    '/.env',
    '/.git/config',
    '/package.json',
    '/dist/main.js',
    '/node_modules/uplot/package.json',
    '/cache/assets/console-assets.js',
    '/cache/assets/main.js.map',
    '/cache/assets/..%2f..%2fcache-admin.js',
    '/docs/../package.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/api',
    '/api/v1/patients',
    '/api/v2/patients',
    '/v1/api/patients',
    '/api/beta/patients',
    '/api/internal/patients',
    '/api/patients.json',
    '/api/patients/export',
    '/patients',
    '/graphql',
    '/admin',
    '/actuator/env',
    '/debug/pprof',
    '/server-status',
    '/swagger.json',
    '/health',
    '/metrics/',
    '/api/dev',
    '/api/dev/tokens/admin',
  ])('%s is nothing', async (path) => {
    for (const client of [scene.stranger, scene.admin]) {
      const answer = await client.get(path);

      // What matches `/api/patients/:id` is no id, and what leaves a folder is not even looked for.
      expect([400, 401, 403, 404]).toContain(answer.status);
      expect(answer.headers['content-type']).toContain('application/problem+json');
    }
  });

  it('where an identity provider signs, nothing gives or offers development tokens', async () => {
    const production = await startTestApp({
      AUTH_ISSUER: ISSUER,
      AUTH_AUDIENCE: AUDIENCE,
      AUTH_JWKS_URI: 'http://127.0.0.1:9/keys',
    });
    const client = new RawClient(production.url);
    const given = await client.send({
      method: 'POST',
      path: '/api/dev/tokens',
      headers: { 'content-type': 'application/json' },
      body: '{"handle":"admin"}',
    });
    const page = await client.get('/cache');
    client.close();
    await production.close();

    expect(given.status).toBe(404);
    expect(page.body).toContain('data-development-tokens="false"');
  });

  it('what is deleted is gone from the cache with it, in the record and in its lists', async () => {
    const { rows } = scene.clinic;
    const id = await rows.patient('Retired');
    await rows.exam(id);
    const paths = [`/api/patients/${id}`, `/api/patients/${id}/exams`, `/api/patients/${id}/medications`];
    for (const path of [...paths, ...paths]) expect((await scene.clinician.get(path)).status).toBe(200);
    await scene.clinician.send({ method: 'DELETE', path: `/api/patients/${id}` });

    for (const path of paths) expect((await scene.clinician.get(path)).status).toBe(404);
  });
});

/** Paths of all routes that answer GET or another method, out of the tree that Fastify prints. */
function routesOf(fastify: FastifyInstance): readonly string[] {
  const paths = new Set<string>();
  const branch: string[] = [];
  for (const line of fastify.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', segment = '', methods] = /^([│├└─\s]*)(\S*)(?: \((.+)\))?/.exec(line) ?? [];
    if (indent === '') continue;
    branch.length = indent.length / INDENT - 1;
    branch.push(segment);
    if (methods !== undefined) paths.add(branch.join(''));
  }
  return [...paths];
}
