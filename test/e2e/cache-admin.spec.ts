import { randomUUID } from 'node:crypto';
import { CacheExplanation } from '../../src/metrics/dto/cache-explanation.dto.js';
import { CacheStatsAnswer } from '../../src/metrics/dto/cache-stats.dto.js';
import type { CacheFlushed } from '../../src/metrics/dto/cache-flush.dto.js';
import { Api } from '../support/api.js';
import { openClinic, type Clinic } from '../support/clinic.js';

const ROUTE = 'PatientsController.record';
const VERSION = /^\d+\.[0-9a-f]{12}$/;

describe('/api/cache', () => {
  let clinic: Clinic;
  let id: string;
  beforeAll(async () => {
    clinic = await openClinic();
  });
  beforeEach(async () => {
    id = await clinic.rows.patient('García', 'José');
  });
  afterAll(() => clinic.close());

  const path = () => `/api/patients/${id}`;
  const read = async () => (await clinic.clinician.get(path())).headers.get('cache-status');
  const explain = async (route: string, more = '') => {
    const answer = await clinic.admin.get<CacheExplanation>(
      `/api/cache/entries?route=${encodeURIComponent(route)}${more}`,
    );
    expect(answer.status).toBe(200);
    return CacheExplanation.parse(answer.body);
  };
  const stats = async () => {
    const answer = await clinic.admin.get<CacheStatsAnswer>('/api/cache/stats');
    expect(answer.status).toBe(200);
    return CacheStatsAnswer.parse(answer.body);
  };
  const route = async () => (await stats()).routes.find(({ name }) => name === ROUTE);

  describe('who may', () => {
    it.each([
      ['GET', '/api/cache/stats'],
      ['GET', '/api/cache/entries?route=/api/patients'],
      ['POST', '/api/cache/flush'],
    ])('%s %s: admins only', async (method, address) => {
      const body = method === 'POST' ? '{}' : undefined;
      const statuses = await Promise.all(
        [clinic.admin, clinic.clinician, clinic.patient, new Api(clinic.app.url)].map(
          async (api) => (await api.send(method, address, body)).status,
        ),
      );

      expect(statuses).toEqual([200, 403, 403, 401]);
    });
  });

  describe('GET /api/cache/stats', () => {
    it('counts requests, hits, misses and loads of a route', async () => {
      await read();
      const before = await route();
      await read();
      await read();
      await clinic.clinician.get(`/api/patients/${await clinic.rows.patient()}`);
      const after = await route();

      expect(after).toMatchObject({
        requests: (before?.requests ?? 0) + 3,
        hits: { L1: (before?.hits.L1 ?? 0) + 2, L2: 0 },
        misses: { L1: (before?.misses.L1 ?? 0) + 1, L2: 0 },
        loads: { count: (before?.loads.count ?? 0) + 1, failed: 0, lagged: 0 },
        stored: { L1: (before?.stored.L1 ?? 0) + 1, L2: 0 },
        readUnits: 0,
        usdPerMillionHits: 0,
      });
      expect(after?.hitRatio).toBeCloseTo((after?.hits.L1 ?? 0) / (after?.requests ?? 1));
      expect(after?.loads.p99Ms).toBeGreaterThan(0);
    });

    it('tells the state of feed and tiers, and hears of changes to what it serves', async () => {
      await read();
      const before = await stats();
      await clinic.clinician.patch(path(), { phone: '+34 600 000 000' });
      const after = await stats();

      expect(after).toMatchObject({
        shared: { state: 'none', faults: {}, timeline: [] },
        feed: { state: 'live' },
      });
      expect(after.feed.changes['connected']).toBeGreaterThan(0);
      expect(after.feed.timeline[0]).toMatchObject({ to: 'connected', reason: null, times: 1 });
      expect(after.local.entries).toBeGreaterThan(0);
      expect(after.local.bytes).toBeLessThanOrEqual(after.local.maxBytes);
      expect(after.feed.invalidations).toBeGreaterThan(before.feed.invalidations);
    });

    it('tells how long requests took, by route and where the answer came from', async () => {
      await read();
      await read();
      const { requests } = await stats();
      const hits = requests.find(({ route, source }) => route === '/api/patients/:id' && source === 'L1');

      expect(hits).toMatchObject({ method: 'GET', status: 200 });
      expect(hits?.count).toBeGreaterThan(0);
      expect(hits?.p50Ms).toBeGreaterThan(0);
      expect(hits?.p50Ms).toBeLessThanOrEqual(hits?.p99Ms ?? 0);
    });

    it('names no patient', async () => {
      await read();

      expect(JSON.stringify(await stats())).not.toContain(id);
    });
  });

  describe('GET /api/cache/entries', () => {
    it('before the first read: key and tags, and no entry; asking loads nothing', async () => {
      const loads = (await route())?.loads.count;
      const explanation = await explain(path());

      expect(explanation).toMatchObject({
        path: path(),
        obstacle: null,
        route: { name: ROUTE, pattern: '/api/patients/:id', scope: 'shared', consistency: 'bounded' },
        local: null,
        shared: { state: 'none', reason: null, entry: null, readUnits: null },
      });
      expect(explanation.tags.map(({ tag }) => tag)).toEqual(['*', `patient:${id}`]);
      expect((await route())?.loads.count).toBe(loads);
    });

    it('after a read: the entry with age, remaining time and size; the versions are those of the key', async () => {
      const body = JSON.stringify((await clinic.clinician.get(path())).body);
      const { key, tags, local } = await explain(path());

      expect(local?.bytes).toBeGreaterThanOrEqual(Buffer.byteLength(body));
      expect(local?.current).toBe(true);
      expect(local?.ageMs).toBeGreaterThanOrEqual(0);
      expect(local?.ttlMs).toBeGreaterThan(0.8 * 86_400_000);
      for (const { known, current } of tags) {
        expect(known).toMatch(VERSION);
        expect(known).toBe(current);
      }
      expect(key?.partition).toContain(`:${ROUTE}#`);
      expect(key?.versions).toBe(tags.map(({ tag, current }) => `${tag}@${current}`).join(' '));
    });

    it('after a change: a new version, and nothing under it', async () => {
      await read();
      const before = await explain(path());
      await clinic.clinician.patch(path(), { phone: '+34 600 000 000' });
      const after = await explain(path());

      expect(before.local).not.toBeNull();
      expect(after.local).toBeNull();
      expect(after.tags[1]?.current).not.toBe(before.tags[1]?.current);
      expect(after.tags[0]?.current).toBe(before.tags[0]?.current);
    });

    it('declared query parameters are part of the key, in any order', async () => {
      await clinic.clinician.get('/api/patients?name=gar&limit=5');

      expect((await explain('/api/patients?limit=5&name=gar')).local).not.toBeNull();
      expect((await explain('/api/patients?limit=6&name=gar')).local).toBeNull();
    });

    it.each([
      ['/api/nothing', 'no-route'],
      ['/api/patients/a/b/c', 'no-route'],
      ['/health/live', 'route-not-cached'],
      ['/metrics', 'route-not-cached'],
      ['/api/users/me', 'route-not-cached'],
      ['/api/patients?order=name', 'undeclared-query'],
      ['/api/patients/no-uuid', 'tags-failed'],
    ])('%s is not answered from the cache: %s', async (route, obstacle) => {
      expect(await explain(route)).toMatchObject({
        obstacle,
        key: null,
        tags: [],
        local: null,
        shared: null,
      });
    });

    it('a patient who does not exist has a tag without a row', async () => {
      const tag = `patient:${randomUUID()}`;
      const explanation = await explain(`/api/patients/${tag.slice('patient:'.length)}`);

      expect(explanation).toMatchObject({ obstacle: 'tag-without-row', key: null });
      expect(explanation.tags[1]).toEqual({ tag, known: null, current: null });
    });

    it.each([
      ['', 'route'],
      ['route=api/patients', 'route'],
      ['route=/api/patients&subject=ana', 'subject'],
      ['route=/api/patients&roles=clinician,king', 'roles'],
      ['route=/api/patients&more=1', 'more'],
      [`route=/${'x'.repeat(4_100)}`, 'route'],
    ])('refuses the query "%s"', async (query, field) => {
      const { status, body } = await clinic.admin.get(`/api/cache/entries?${query}`);

      expect(status).toBe(400);
      expect(body.errors?.map((error) => error.field)).toEqual([field]);
    });
  });

  describe('POST /api/cache/flush', () => {
    const flush = (body: unknown) => clinic.admin.post<CacheFlushed>('/api/cache/flush', body);

    it('without a tag: no entry is read again', async () => {
      const other = `/api/patients/${await clinic.rows.patient()}`;
      await read();
      await clinic.clinician.get(other);
      expect(await read()).toMatch(/^careline; hit; .*detail=L1$/);

      const { status, body } = await flush({});

      expect(status).toBe(200);
      expect(body).toEqual({ tag: '*', version: (await explain(path())).tags[0]?.current });
      expect(await read()).toBe('careline; fwd=miss; stored');
      expect((await clinic.clinician.get(other)).headers.get('cache-status')).toBe(
        'careline; fwd=miss; stored',
      );
    });

    it('with a tag: only entries that have it are not read again', async () => {
      const other = `/api/patients/${await clinic.rows.patient()}`;
      await read();
      await clinic.clinician.get(other);

      const { body } = await flush({ tag: `patient:${id.toUpperCase()}` });

      expect(body.tag).toBe(`patient:${id}`);
      expect(body.version).toMatch(VERSION);
      expect(await read()).toBe('careline; fwd=miss; stored');
      expect((await clinic.clinician.get(other)).headers.get('cache-status')).toMatch(/detail=L1$/);
    });

    it('raises one version, once', async () => {
      const before = await clinic.rows.version('*');
      await flush({ tag: '*' });

      expect(await clinic.rows.version('*')).toBe(before + 1);
    });

    it.each([
      [{ tag: 'patient:1' }, 'tag'],
      [{ tag: 'Patient' }, 'tag'],
      [{ tag: '' }, 'tag'],
      [{ tag: 'a:b:c' }, 'tag'],
      [{ tag: 5 }, 'tag'],
      [{ tag: null }, 'tag'],
      [{ tags: ['*'] }, 'tags'],
      [[], ''],
    ])('refuses %j', async (body, field) => {
      const before = await clinic.rows.version('*');
      const answer = await clinic.admin.post('/api/cache/flush', body);

      expect(answer.status).toBe(400);
      expect(answer.body.errors?.map((error) => error.field)).toEqual([field]);
      expect(await clinic.rows.version('*')).toBe(before);
    });
  });
});
