import { CacheCluster, type Instance } from '../support/cache-cluster.js';
import { countOf } from '../support/cache-harness.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const HOUR_MS = 3_600_000;
const STALE = { staleIfErrorMs: HOUR_MS };

/** PostgreSQL is gone, for the versions as for the data: every connection is cut, and new ones are refused. */
describe('PostgreSQL is stopped', () => {
  let cluster: CacheCluster;
  let proxy: TcpProxy;
  let a: Instance;
  let id: string;
  let skewMs: number;

  beforeAll(async () => (cluster = await CacheCluster.start()));
  beforeEach(async () => {
    proxy = await TcpProxy.start(cluster.database.url);
    const via = proxy.through(cluster.database.url);
    skewMs = 0;
    a = await cluster.instance({
      databaseUrl: via,
      originUrl: via,
      clock: { now: () => Date.now() + skewMs, elapsed: () => performance.now() },
    });
    id = await cluster.rows.patient('Before');
    await a.read(id, STALE);
  });
  afterEach(async () => {
    await proxy.stop();
    await cluster.closeInstances();
  });
  afterAll(() => cluster.close());

  // Guards tiered-cache.ts, loadUnversioned: `orStale`; stale-entries.ts, find.
  it('the record is served stale within the allowed age, and marked', async () => {
    proxy.cut();
    skewMs = HOUR_MS / 2;

    const outcome = await a.read(id, STALE);
    expect(outcome).toMatchObject({ value: { name: 'Before' }, source: 'stale' });
    expect(outcome.ageMs).toBeGreaterThanOrEqual(HOUR_MS / 2);
    expect(countOf(a.events, { type: 'served-stale' })).toBe(1);
  });

  // Guards stale-entries.ts: `ageMs > call.staleIfErrorMs`.
  it('beyond the allowed age: the error of the origin, not one of the cache', async () => {
    proxy.cut();
    skewMs = HOUR_MS + 1;

    await expect(a.read(id, STALE)).rejects.not.toHaveProperty('name', 'CacheError');
    await expect(a.read(id, STALE)).rejects.toThrow(/Connection terminated|ECONNRESET|timeout/);
  });

  // Guards stale-entries.ts: `call.consistency === 'strong'`.
  it('strong: the error', async () => {
    proxy.cut();
    await waitUntil('the feed is dead', () => a.authority.feedState === 'dead');

    await expect(a.read(id, { ...STALE, consistency: 'strong' })).rejects.toThrow();
  });

  // Guards tiered-cache.ts, orStale: what is served stale is stored nowhere; version-feed.ts: it connects again.
  it('it comes back, with a change that was made meanwhile: fresh, at once and from then on', async () => {
    proxy.cut();
    await waitUntil('the feed is dead', () => a.authority.feedState === 'dead');
    expect(await a.read(id, STALE)).toMatchObject({ source: 'stale' });
    await cluster.rename(id, 'After');
    expect(await a.read(id, STALE)).toMatchObject({ value: { name: 'Before' }, source: 'stale' });
    proxy.heal();
    await waitUntil('the origin answers', async () => (await a.read(id, STALE)).source !== 'stale');

    expect(await a.read(id, STALE)).toMatchObject({ value: { name: 'After' } });
    await waitUntil('the feed is live', () => a.authority.feedState === 'live');
    expect(await a.read(id, STALE)).toMatchObject({ value: { name: 'After' } });
    expect((await a.read(id, STALE)).source).toBe('L1');
  });

  // Guards postgres-authority.ts: DIRECT_TIMEOUT_MS; tiered-cache.ts, lookUp: the authority's failure is no error.
  it('only the versions hang, and the data can be had: it is loaded, and nothing is stored', async () => {
    const versions = await TcpProxy.start(cluster.database.url);
    const b = await cluster.instance({ databaseUrl: versions.through(cluster.database.url) });
    await b.read(id);
    versions.hang();
    await waitUntil('the feed is given up', () => b.authority.feedState === 'dead');
    await cluster.rename(id, 'After');

    for (let i = 0; i < 2; i++) {
      expect(await b.read(id)).toMatchObject({
        value: { name: 'After' },
        source: 'load',
        notStored: 'authority-down',
      });
    }
    await versions.stop();
  });
});
