import type { RawHeaders } from './support/http.js';
import { Scene } from './support/scene.js';

const EVIL = 'evil.example';
/** What differs between any two answers, or between a load and a hit. */
const OF_THE_REQUEST = new Set(['date', 'x-request-id', 'cache-status', 'age', 'keep-alive', 'connection']);

const UNKEYED: readonly RawHeaders[] = [
  { host: EVIL },
  { host: `${EVIL}:80`, 'x-forwarded-host': EVIL, 'x-forwarded-proto': 'http', 'x-forwarded-port': '1' },
  { 'x-forwarded-prefix': `//${EVIL}`, 'x-forwarded-server': EVIL, forwarded: `host=${EVIL};proto=gopher` },
  { 'x-original-url': `//${EVIL}`, 'x-rewrite-url': `/${EVIL}`, 'x-original-host': EVIL },
  { accept: `text/html, ${EVIL}/x`, 'accept-language': EVIL, 'accept-charset': EVIL },
  { 'accept-encoding': 'gzip, br, zstd' },
  { 'accept-encoding': 'identity;q=0' },
  { range: 'bytes=0-10' },
  { 'if-range': '"x"', range: 'bytes=-1' },
  { origin: `https://${EVIL}`, 'access-control-request-method': 'PUT' },
  { cookie: `lang=${EVIL}; utm=${EVIL}` },
  { 'user-agent': `<script src=//${EVIL}></script>`, referer: `https://${EVIL}` },
  { 'x-request-id': `${EVIL}-request-id` },
  { 'content-type': `text/html; x=${EVIL}`, 'content-length': '0' },
  { 'x-http-method-override': 'HEAD', 'transfer-encoding-x': EVIL },
  { 'cache-versions': `${EVIL}=1.1`, via: `1.1 ${EVIL}`, 'cdn-loop': EVIL },
  { 'cache-control': `max-stale=99, x=${EVIL}`, pragma: EVIL },
  { accept: ['text/html', 'application/json;q=0'], 'x-forwarded-for': [EVIL, '127.0.0.1'] },
];

// https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/
describe('API8: security misconfiguration, poisoning the cache by what is in no key', () => {
  let scene: Scene;
  let path: string;
  beforeAll(async () => {
    scene = await Scene.open();
    path = `/api/patients/${scene.victimId}`;
  });
  afterAll(() => scene.close());

  const clean = async () => {
    const { status, headers, body } = await scene.clinician.get(path);
    const own = Object.entries(headers).filter(([name]) => !OF_THE_REQUEST.has(name));
    return { status, headers: Object.fromEntries(own), body };
  };
  /** Answered when this instance cannot overlook it any more. */
  const forget = async () => {
    const answer = await scene.clinic.admin.post('/api/cache/flush', {});
    expect(answer.status).toBe(200);
  };

  it.each(UNKEYED)('what loads the entry leaves no trace in it: %j', async (headers) => {
    const before = await clean();
    await forget();
    const poisoned = await scene.clinician.get(path, headers);
    const after = await scene.clinician.get(path);

    expect(poisoned.headers['cache-status']).toContain('fwd=miss');
    expect(after.headers['cache-status']).toContain('hit');
    expect(`${JSON.stringify(after.headers)}${after.body}`).not.toContain(EVIL);
    expect(await clean()).toEqual(before);
  });

  it('a condition that loads the entry leaves no 304 in it, and a HEAD no empty body', async () => {
    const before = await clean();
    const tag = String(before.headers.etag);
    for (const send of [
      () => scene.clinician.get(path, { 'if-none-match': tag }),
      () => scene.clinician.get(path, { 'if-none-match': '*' }),
      () => scene.clinician.send({ method: 'HEAD', path }),
    ]) {
      await forget();
      await send();

      expect(await clean()).toEqual(before);
    }
  });

  it('a refusal is never kept: who is refused first leaves the answer to those who may have it', async () => {
    const before = await clean();
    await forget();
    const refused = await Promise.all([
      scene.intruder.get(path),
      scene.stranger.get(path),
      scene.clinician.get(`${path}?utm_source=x`),
      scene.clinician.get(path, { 'cache-control': 'only-if-cached' }),
    ]);

    expect(refused.slice(0, 2).map(({ status }) => status)).toEqual([403, 401]);
    expect(await clean()).toEqual(before);
  });

  it('no cache on the way may keep or share clinical data, and no page of another origin may read it', async () => {
    const { headers } = await scene.clinician.get(path, { origin: `https://${EVIL}` });

    expect(headers['cache-control']).toBe('private, no-cache');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    '/api/patients/%zz',
    '/api/nothing',
    '/api/patients',
    '/api/users/me',
    '/cache/nothing',
    '/%2e%2e/etc',
  ])('an error at %s tells nothing of the inside, and has the security headers', async (address) => {
    const { status, headers, body } = await scene.stranger.get(address);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body).not.toMatch(/\bat .+:\d+:\d+|node_modules|fastify|nest|prisma|postgres/i);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['content-security-policy']).toContain("default-src 'self'");
    for (const name of ['server', 'x-powered-by', 'access-control-allow-origin']) {
      expect(headers).not.toHaveProperty(name);
    }
  });
});
