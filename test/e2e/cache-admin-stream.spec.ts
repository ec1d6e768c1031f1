import { SignJWT } from 'jose';
import { loadIssuerKey } from '../../src/auth/local-issuer/issuer-key.js';
import { CacheStatsAnswer } from '../../src/metrics/dto/cache-stats.dto.js';
import { Api } from '../support/api.js';
import { openClinic, type Clinic } from '../support/clinic.js';
import { EventStream } from '../support/event-stream.js';
import { waitUntil } from '../support/wait-until.js';

const MOST_OF_A_SUBJECT = 8;

describe('GET /api/cache/stream', () => {
  let clinic: Clinic;
  let url: string;
  let opened: EventStream[];
  beforeAll(async () => {
    clinic = await openClinic();
    url = `${clinic.app.url}/api/cache/stream`;
  });
  beforeEach(() => {
    opened = [];
  });
  afterEach(() => {
    for (const stream of opened) stream.leave();
  });
  afterAll(() => clinic.close());

  const open = async (token = clinic.admin.token ?? '') => {
    const stream = await EventStream.open(url, token);
    opened.push(stream);
    return stream;
  };
  const read = () => clinic.clinician.get(`/api/patients/${clinic.patientId}`);
  const statsOf = ({ data = '' }) => CacheStatsAnswer.parse(JSON.parse(data));
  const requestsOf = (data = '') => statsOf({ data }).total.requests;

  it('admins only', async () => {
    const statuses = await Promise.all(
      [clinic.clinician, clinic.patient, new Api(clinic.app.url)].map(
        async (api) => (await api.get('/api/cache/stream')).status,
      ),
    );

    expect(statuses).toEqual([403, 403, 401]);
  });

  it('begins with the statistics, and sends them again when they have changed', async () => {
    const stream = await open();
    const first = await stream.next();
    await read();
    const later = await stream.until(
      ({ event, data }) => event === 'stats' && requestsOf(data) > requestsOf(first?.data),
    );

    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    expect(first?.event).toBe('stats');
    expect(requestsOf(later.data)).toBe(requestsOf(first?.data) + 1);
  });

  it('tells how long answers took, by where they came from, in buckets that add up', async () => {
    await read();
    await read();
    const { latency } = statsOf((await (await open()).next()) ?? {});
    const hits = latency.sources.find(({ source }) => source === 'L1');

    expect(hits?.buckets).toHaveLength(latency.boundsMs.length + 1);
    expect(hits?.buckets.reduce((sum, count) => sum + count, 0)).toBe(hits?.count);
    expect(hits?.count).toBeGreaterThan(0);
  });

  it('a flush is among the statistics, without naming whose data it was', async () => {
    const stream = await open();
    await clinic.admin.post('/api/cache/flush', { tag: `patient:${clinic.patientId}` });
    const { data = '' } = await stream.until(({ data = '' }) => data.includes('"flushed"'));

    expect(statsOf({ data }).flushes.at(-1)).toMatchObject({ to: 'flushed', reason: 'patient' });
    expect(data).not.toContain(clinic.patientId);
  });

  it('goes on while nothing happens, so that silence means a lost connection', async () => {
    const stream = await open();

    for (let i = 0; i < 3; i++) expect((await stream.next())?.event).toBe('stats');
  });

  it('ends with the token', async () => {
    const stream = await open(await expiringToken(clinic));
    const { data } = await stream.until(({ event }) => event === 'end');

    expect(data).toBe('{"reason":"expired"}');
    expect(await stream.next()).toBeUndefined();
  });

  it('HEAD is answered, and leaves no stream behind', async () => {
    const heads = Array.from({ length: MOST_OF_A_SUBJECT + 1 }, () =>
      fetch(url, { method: 'HEAD', headers: { authorization: `Bearer ${clinic.admin.token}` } }),
    );

    expect((await Promise.all(heads)).map(({ status }) => status)).not.toContain(500);
    await waitUntil('a stream can be opened', async () => (await open()).response.status === 200);
  });

  it('one user gets eight streams, and another one when one of them has gone', async () => {
    await waitUntil('streams of other tests are closed', async () => {
      for (let i = opened.length; i < MOST_OF_A_SUBJECT; i++) await open();
      const full = opened.every(({ response }) => response.status === 200);
      if (!full) for (const stream of opened.splice(0)) stream.leave();
      return full;
    });
    const refused = await clinic.admin.get('/api/cache/stream');
    opened[0]?.leave();

    expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    await waitUntil('a place is free', async () => (await open()).response.status === 200);
  });

  it('ends when the service stops, which does not wait for it', async () => {
    const other = await openClinic();
    const stream = await EventStream.open(`${other.app.url}/api/cache/stream`, other.admin.token ?? '');
    await stream.next();
    const closed = other.close();
    const { data } = await stream.until(({ event }) => event === 'end');

    expect(data).toBe('{"reason":"shutdown"}');
    await closed;
  });
});

/** A token of an admin that expires in a second; the guards tolerate clocks that are 30 s apart. */
async function expiringToken({ app }: Clinic): Promise<string> {
  const { dataDir, auth } = app.config;
  const key = await loadIssuerKey(dataDir);
  return new SignJWT({ roles: ['admin'] })
    .setProtectedHeader({ alg: 'ES256', kid: key.kid })
    .setIssuer(auth.issuer)
    .setAudience(auth.audience)
    .setSubject('00000000-0000-4000-8000-00000000000a')
    .setExpirationTime(Math.floor(Date.now() / 1_000) + 1)
    .sign(key.privateKey);
}
