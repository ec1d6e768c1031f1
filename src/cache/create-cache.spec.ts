import { jest } from '@jest/globals';
import { createCodec } from './codec/create-codec.js';
import { createCache, type CacheOptions } from './create-cache.js';
import type { CacheEvent } from './base/events.js';
import { MemoryStore } from './stores/memory/memory-store.js';
import { Gate } from '../../test/support/cache-gate.js';
import { countOf, recordCall, snapshotLoader } from '../../test/support/cache-harness.js';
import { FakeAuthority, versions } from '../../test/support/cache-authority.js';
import { StoreDouble } from '../../test/support/cache-store-double.js';
import { FakeFeed } from '../../test/support/fake-feed.js';

/** No server is asked: everything runs on the feed, which is a fake one. */
const NOWHERE = 'postgresql://nobody@127.0.0.1:1/none';

async function composed(options: Partial<CacheOptions> = {}) {
  const feed = new FakeFeed();
  for (const [tag, version] of versions(1)) feed.versions.set(tag, version);
  const store = new StoreDouble(new MemoryStore({ maxBytes: 1_000_000 }));
  const codec = createCodec({ encryption: { mode: 'off' } });
  const events: CacheEvent[] = [];
  const running = await createCache({
    databaseUrl: NOWHERE,
    namespace: 'test',
    store: { store, codec, timeoutMs: 150 },
    report: (event) => events.push(event),
    openFeed: feed.open,
    ...options,
  });
  return { ...running, close: () => running.close(), feed, store, events };
}

describe('createCache', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  // Guards create-cache.ts: the parts are put together.
  it('makes a cache that reads through both tiers under the versions of the feed', async () => {
    const { cache, store, close } = await composed();
    const loader = snapshotLoader(new FakeAuthority(), () => 'data');
    await cache.getOrLoad(recordCall(), loader);
    await jest.advanceTimersByTimeAsync(10);

    expect((await cache.getOrLoad(recordCall(), loader)).source).toBe('L1');
    expect(store.count('write')).toBe(1);
    await close();
  });

  describe('close', () => {
    // Guards create-cache.ts, close; version-feed.ts, close: `clearTimeout`, `clearInterval`.
    it('leaves no timer, and tries no new connection', async () => {
      const { close, feed } = await composed();
      expect(jest.getTimerCount()).toBeGreaterThan(0);
      await close();

      expect(jest.getTimerCount()).toBe(0);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(feed.connections).toBe(1);
    });

    // Guards version-feed.ts, lose: `clearTimeout(epoch.deadline)`, and close: `this.attempt`.
    it('while the feed is being connected: leaves no timer, and closes what comes of it', async () => {
      const feed = new FakeFeed();
      feed.automatic = false;
      const closed = jest.fn();
      const making = composed({
        openFeed: async (events) => ({ ...(await feed.open(events)), close: closed }),
      });
      await jest.advanceTimersByTimeAsync(10);
      feed.questions[0]?.arrive();
      const { close, authority } = await making;
      feed.hangUp();
      await jest.advanceTimersByTimeAsync(100);
      expect(feed.connections).toBe(2);
      expect(authority.feedState).toBe('dead');
      closed.mockClear();
      await close();

      expect(jest.getTimerCount()).toBe(0);
      expect(closed).toHaveBeenCalledTimes(1);
    });

    // Guards version-feed.ts, close: `clearTimeout(this.pause)`.
    it('while the feed waits to connect again: leaves no timer, and does not connect', async () => {
      const { close, feed } = await composed();
      feed.hangUp();
      expect(jest.getTimerCount()).toBe(1);
      await close();

      expect(jest.getTimerCount()).toBe(0);
      expect(feed.connections).toBe(1);
    });

    // Guards tiered-cache.ts, close: `filler.settle(…)`.
    it('finishes what is being stored', async () => {
      const { cache, store, close } = await composed();
      const gate = new Gate();
      store.hold('write', gate);
      await cache.getOrLoad(
        recordCall(),
        snapshotLoader(new FakeAuthority(), () => 'data'),
      );
      let closed = false;
      const closing = close().then(() => (closed = true));
      await jest.advanceTimersByTimeAsync(100);
      expect(closed).toBe(false);
      gate.open();
      await closing;

      expect(jest.getTimerCount()).toBe(0);
    });

    // Guards tiered-cache.ts, getOrLoad: `this.closed`.
    it('after it the origin answers, and nothing is stored', async () => {
      const { cache, store, close } = await composed();
      await close();
      const loader = snapshotLoader(new FakeAuthority(), () => 'data');

      expect(await cache.getOrLoad(recordCall(), loader)).toMatchObject({
        source: 'bypass',
        notStored: 'closed',
      });
      expect(cache.local.size).toBe(0);
      expect(store.calls).toEqual([]);
    });

    // Guards tiered-cache.ts: a load that outlives the cache ends by itself, without an error.
    it('a load under way ends by itself', async () => {
      const { cache, close, events } = await composed();
      const gate = new Gate();
      const loading = cache.getOrLoad(
        recordCall(),
        snapshotLoader(new FakeAuthority(), () => gate.pass().then(() => 1)),
      );
      await gate.reached;
      await close();
      gate.open();

      expect(await loading).toMatchObject({ value: 1, source: 'load' });
      await jest.advanceTimersByTimeAsync(1_000);
      expect(jest.getTimerCount()).toBe(0);
      expect(countOf(events, { type: 'stored', tier: 'L2' })).toBe(0);
    });
  });
});
