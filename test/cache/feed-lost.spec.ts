import { execFileSync } from 'node:child_process';
import { postgresFeedSessions } from '../../src/cache/versions/postgres-feed-session.js';
import { BOUND_MS, CacheCluster, patientTag, type Instance } from '../support/cache-cluster.js';
import { countOf } from '../support/cache-harness.js';
import { PoolerDouble } from '../support/cache-pooler.js';
import { readUntil, staleAfter } from '../support/cache-readers.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { waitUntil } from '../support/wait-until.js';

const FREEZER = 'test/support/cache-freeze.mjs';

describe('the feed is lost (rule 3)', () => {
  let cluster: CacheCluster;
  let id: string;

  beforeAll(async () => (cluster = await CacheCluster.start()));
  beforeEach(async () => (id = await cluster.rows.patient('Before')));
  afterEach(() => cluster.closeInstances());
  afterAll(() => cluster.close());

  /** An instance that has the record, and serves it from memory. */
  async function warm(options: Parameters<CacheCluster['instance']>[0] = {}): Promise<Instance> {
    const instance = await cluster.instance(options);
    await instance.name(id);
    expect((await instance.read(id)).source).toBe('L1');
    expect(instance.authority.known([patientTag(id)])).toBeDefined();
    return instance;
  }

  // Guards version-feed.ts, lose: `this.options.map.clear()`, and begin: `this.options.map.clear()`.
  it('killed by pg_terminate_backend, with a write at once: nothing older than the bound, and after recovery nothing old', async () => {
    const a = await warm();
    await cluster.rows.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND application_name = 'careline-feed'`,
    );
    await cluster.rename(id, 'After');
    const since = performance.now();
    const readings = await readUntil(
      a,
      id,
      ({ at, name }) => name === 'After' && at > since + BOUND_MS && a.authority.feedState === 'live',
    );

    expect(staleAfter(readings, { since, boundMs: BOUND_MS, name: 'After' })).toEqual([]);
    expect(countOf(a.events, { type: 'feed-lost', reason: 'connection-lost' })).toBe(1);
    expect(countOf(a.events, { type: 'feed-connected' })).toBe(2);
  });

  describe('hung: the network takes everything and brings nothing', () => {
    let proxy: TcpProxy;
    beforeEach(async () => (proxy = await TcpProxy.start(cluster.database.url)));
    afterEach(() => proxy.stop());

    const behindProxy = () => ({ openFeed: postgresFeedSessions(proxy.through(cluster.database.url)) });

    // Guards version-feed.ts, trusted: `this.age(this.provedAt) <= …timeoutMs`; postgres-authority.ts, known: `trusted`.
    // Counterexample "rule 3 off: no health check".
    it('within the bound the map is not trusted, and versions are read directly; after recovery nothing is old', async () => {
      const a = await warm(behindProxy());
      proxy.hang();
      await cluster.rename(id, 'After');
      const since = performance.now();
      const readings = await readUntil(a, id, ({ at }) => at > since + 2 * BOUND_MS);

      expect(staleAfter(readings, { since, boundMs: BOUND_MS, name: 'After' })).toEqual([]);
      expect(a.authority.known([patientTag(id)])).toBeUndefined();
      expect(countOf(a.events, { type: 'feed-lost', reason: 'unanswered' })).toBe(1);

      // Still hung: every read asks PostgreSQL beside the feed, and is right.
      await cluster.rename(id, 'Later');
      expect(await a.name(id)).toBe('Later');
      expect((await a.read(id)).source).toBe('L1');

      proxy.heal();
      await waitUntil('the feed is live again', () => a.authority.feedState === 'live');
      expect(await a.name(id)).toBe('Later');
      await cluster.rename(id, 'Last');
      await a.authority.barrier();
      expect(await a.name(id)).toBe('Last');
    });

    // Guards version-feed.ts, barrier: `this.lose(epoch, 'barrier-failed')`, or the loss that the ping finds meanwhile.
    // Counterexample "rule 5 off: write answered without a barrier".
    it('a write through the instance: its barrier waits until the map is gone, so that its own writes are seen', async () => {
      const a = await warm(behindProxy());
      proxy.hang();
      await cluster.rename(id, 'After');
      await a.authority.barrier();

      expect(await a.name(id)).toBe('After');
    });

    // Guards version-feed.ts, lookUp and RoundTrips.close: a look-up on the hung feed ends with it.
    it('a strong read that is sent on the hung feed is answered beside it, with the right data', async () => {
      const a = await warm(behindProxy());
      proxy.hang();
      await cluster.rename(id, 'After');

      expect(await a.name(id, 'strong')).toBe('After');
    });
  });

  // Guards version-feed.ts, trusted: judged at each use, not by a flag that a timer clears. Counterexamples "rule 3 off:
  // health is a flag that a timer clears" and "bound exceeded by the ping interval".
  it('the process is frozen past the bound while another one writes: the first read after it wakes up is right', async () => {
    const a = await warm();
    const sql = `UPDATE patient SET family_name = 'After' WHERE id = '${id}'`;
    execFileSync(process.execPath, [FREEZER, cluster.database.url, sql, String(2 * BOUND_MS)]);

    // Begins before anything that arrived meanwhile is looked at: neither the notification, nor a timer.
    expect(await a.name(id)).toBe('After');
  });

  describe('a transaction pooler', () => {
    // Guards version-feed.ts, flawOf: `listening`. Counterexample "rule 3 off: pings answered, LISTEN lost".
    it('questions are answered by a session that does not listen: there is no feed, and every read is right', async () => {
      const pooler = new PoolerDouble(cluster.database.url, true);
      const a = await cluster.instance({ openFeed: pooler.open });
      expect(await a.name(id)).toBe('Before');
      await cluster.rename(id, 'After');

      expect(await a.name(id)).toBe('After');
      expect(a.authority.feedState).toBe('dead');
      expect(countOf(a.events, { type: 'feed-connected' })).toBe(0);
      expect(countOf(a.events, { type: 'feed-lost', reason: 'not-listening' })).toBeGreaterThan(0);
      await pooler.close();
    });

    // Guards version-feed.ts, flawOf: `answer.backend !== backend`.
    it('the session is changed under a live feed: found by the next ping, and nothing is older than the bound', async () => {
      const pooler = new PoolerDouble(cluster.database.url, false);
      const a = await warm({ openFeed: pooler.open });
      await pooler.loseListener();
      await cluster.rename(id, 'After');
      const since = performance.now();
      const readings = await readUntil(a, id, ({ at }) => at > since + 2 * BOUND_MS);

      expect(staleAfter(readings, { since, boundMs: BOUND_MS, name: 'After' })).toEqual([]);
      expect(countOf(a.events, { type: 'feed-lost', reason: 'backend-changed' })).toBe(1);
      await pooler.close();
    });
  });

  // Guards postgres-authority.ts: `options.openFeed !== false`. An instance without a feed, such as a Lambda.
  it('without a feed versions are read on every request', async () => {
    const a = await cluster.instance({ openFeed: false });
    expect(await a.name(id)).toBe('Before');
    expect((await a.read(id)).source).toBe('L1');
    await cluster.rename(id, 'After');

    expect(await a.name(id)).toBe('After');
  });
});
