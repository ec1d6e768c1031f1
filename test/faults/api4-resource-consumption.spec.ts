import { randomUUID } from 'node:crypto';
import { parseCacheVersions } from '../../src/cache/http/request/cache-versions.js';
import { createCache, memoize, uuidTag } from '../../src/cache/index.js';
import type { CacheStatsAnswer } from '../../src/metrics/dto/cache-stats.dto.js';
import { sendRaw, statusOf } from '../support/raw-http.js';
import { inParallel } from './support/in-parallel.js';
import { Scene } from './support/scene.js';

const MEBIBYTE = 1_048_576;
const KEYS = 10_000;
const PAGES = 200;

// https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
describe('API4: unrestricted resource consumption', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open({ CACHE_L1_MAX_BYTES: String(MEBIBYTE) });
  });
  afterAll(() => scene.close());

  const local = async () =>
    (JSON.parse((await scene.admin.get('/api/cache/stats')).body) as CacheStatsAnswer).local;

  it('10,000 different keys: memory stays within the budget all the time, and every answer is right', async () => {
    const flooded = await createCache({
      databaseUrl: scene.clinic.app.databaseUrl,
      namespace: 'faults',
      localMaxBytes: MEBIBYTE,
    });
    const { cache } = flooded;
    const options = { name: 'flood', consistency: 'ttl', ttl: '1h' } as const;
    const read = memoize(cache, (key: number) => Promise.resolve(`${key}:${'x'.repeat(2_000)}`), options);
    let most = 0;
    let right = 0;
    await inParallel(
      Array.from({ length: KEYS }, (_, key) => key),
      100,
      async (key) => {
        if ((await read(key)).startsWith(`${key}:`)) right++;
        most = Math.max(most, cache.local.bytes);
      },
    );
    const [entries, bytes] = [cache.local.size, cache.local.bytes];
    await flooded.close();

    expect(right).toBe(KEYS);
    expect(most).toBeLessThanOrEqual(MEBIBYTE);
    // It is full of them, not empty.
    expect(bytes).toBeGreaterThan(MEBIBYTE / 2);
    expect(entries).toBeLessThan(KEYS / 10);
  });

  it('pages of a list, each under a key of its own: within the budget, and what others read is still right', async () => {
    for (let i = 0; i < 40; i++) await scene.clinic.rows.patient(`Flooding${i}`);
    const [before] = await scene.warm();
    const names = Array.from({ length: 64 }, (_, bits) =>
      [...'floodi'].map((letter, i) => ((bits >> i) & 1 ? letter.toUpperCase() : letter)).join(''),
    );
    const paths = Array.from(
      { length: PAGES },
      (_, i) => `/api/patients?name=${names[i % names.length]}&limit=${30 + Math.floor(i / names.length)}`,
    );
    await inParallel(paths, 16, async (path) => {
      expect((await scene.clinician.get(path)).status).toBe(200);
    });
    const { bytes, maxBytes } = await local();
    const [after] = await scene.warm();

    expect(bytes).toBeGreaterThan(maxBytes / 2);
    expect(bytes).toBeLessThanOrEqual(maxBytes);
    expect(after?.body).toBe(before?.body);
  });

  it('ids of nobody are kept nowhere', async () => {
    const { entries } = await local();
    await inParallel(
      Array.from({ length: 200 }, () => randomUUID()),
      16,
      async (id) => {
        expect((await scene.clinician.get(`/api/patients/${id}`)).status).toBe(404);
      },
    );

    expect((await local()).entries).toBeLessThanOrEqual(entries);
  });

  it.each([
    ['a page of 100,000', '/api/patients?limit=100000'],
    ['a page of nothing', '/api/patients?limit=0'],
    ['a search of 10,000 letters', `/api/patients?name=${'a'.repeat(10_000)}`],
    ['a cursor of 10,000 bytes', `/api/patients?cursor=${'A'.repeat(10_000)}`],
    ['500 parameters', `/api/patients?${Array.from({ length: 500 }, (_, i) => `p${i}=1`).join('&')}`],
    ['an id of 8,000 letters', `/api/patients/${'a'.repeat(8_000)}`],
  ])('%s is refused', async (_, path) => {
    const { entries } = await local();
    const { status } = await scene.clinician.get(path);

    expect([400, 404, 414]).toContain(status);
    expect((await local()).entries).toBeLessThanOrEqual(entries);
  });

  it('header fields of 20 KB are refused with 431, a body over the limit of its route with 413', async () => {
    const fields = await scene.clinician.get('/api/patients', { 'cache-versions': 'x'.repeat(20_000) });
    const announced = [
      'POST /api/patients HTTP/1.1',
      'Host: x',
      `Authorization: Bearer ${scene.clinic.clinician.token}`,
      'Content-Type: application/json',
      `Content-Length: ${16 * 1_024 + 1}`,
    ];
    // Refused by what it announces, before it is read.
    const body = await sendRaw(scene.url, `${announced.join('\r\n')}\r\n\r\n{`);

    expect([fields.status, statusOf(body)]).toEqual([431, 413]);
  });

  it('versions that a client makes up change no answer', async () => {
    const [before] = await scene.warm();
    const claimed = `patient:${scene.victimId}=999999999999.ffffffffffff`;
    expect(parseCacheVersions(claimed, [uuidTag('patient')(scene.victimId)])).toBeDefined();
    const path = `/api/patients/${scene.victimId}`;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => scene.clinician.get(path, { 'cache-versions': claimed })),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body))).toEqual(new Set([before?.body]));
  });
});
