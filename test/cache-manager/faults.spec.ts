import { createServer, type AddressInfo } from 'node:net';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { MemoryStore, type CacheStore } from '../../src/cache/index.js';
import { BACKENDS, closedPort, dynamoBackend, type Backend } from './support/backends.js';
import { startManagerApp, type ManagerApp } from './support/manager-app.js';
import { randomText } from './support/random-text.js';
import { appClock } from './support/time.js';

const FAULT = 'CACHE_STORE_FAULT';
const keys = ['a', 'b', 'c'];

describe('CACHE_MANAGER with faults', () => {
  let database: TestDatabase;
  let backend: Backend | undefined;
  let app: ManagerApp;

  const start = async (store?: CacheStore): Promise<ManagerApp['cache']> => {
    app = await startManagerApp(database.url, store);
    return app.cache;
  };

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await app.close();
    await backend?.remove();
    backend = undefined;
    await database.drop();
  });

  /** Five in a row open the breaker, whereupon the store is asked no more. */
  async function expectMissesOnly(): Promise<void> {
    const { cache } = app;
    expect(await cache.get('a')).toBeUndefined();
    await expect(cache.set('a', 1)).resolves.toBe(1);
    expect(await cache.mget(keys)).toEqual([undefined, undefined, undefined]);
    await expect(cache.mset([{ key: 'a', value: 1 }])).resolves.toHaveLength(1);
    await expect(cache.mdel(keys)).resolves.toBe(true);
    expect(app.faults()).toEqual(
      ['read', 'write', 'read', 'write', 'write'].map((operation) => `${operation} ${FAULT}`),
    );
    expect(app.events.filter(({ type }) => type === 'breaker')).toEqual([{ type: 'breaker', state: 'open' }]);

    expect(await cache.get('a')).toBeUndefined();
    expect(await cache.wrap('a', () => Promise.resolve('computed'))).toBe('computed');
    expect(await cache.del('a')).toBe(true);
  }

  it('store down: get gives undefined, set does not throw, each fault is counted', async () => {
    await start(closedPort(await freePort()));

    await expectMissesOnly();
  });

  it('table dropped while in use: the same', async () => {
    backend = await dynamoBackend();
    const cache = await start(backend.open());
    await cache.set('a', 'before');
    expect(await cache.get('a')).toBe('before');
    await backend.fail();

    await expectMissesOnly();
  });

  it.each(BACKENDS)(
    'authority down, over $kind: the same, nothing is asked of the store, clear throws',
    async ({ open }) => {
      backend = await open();
      const cache = await start(backend.open());
      await cache.set('a', 'before');
      expect(await cache.get('a')).toBe('before');
      await database.drop();
      backend.forget();

      expect(await cache.get('a')).toBeUndefined();
      await expect(cache.set('a', 1)).resolves.toBe(1);
      expect(await cache.mget(keys)).toEqual([undefined, undefined, undefined]);
      await cache.mset([{ key: 'a', value: 1 }]);
      await cache.mdel(keys);
      expect(await cache.wrap('w', () => Promise.resolve('computed'))).toBe('computed');
      // That something is cleared must not be said when it is not.
      await expect(cache.clear()).rejects.toMatchObject({ code: 'CACHE_AUTHORITY_UNAVAILABLE' });
      // wrap gets and sets.
      expect(app.faults()).toEqual(Array(8).fill('not-stored authority-down'));
      expect(backend.sent()).toEqual([]);
    },
  );

  it.each(BACKENDS)(
    'a flipped bit of what $kind holds: a miss, counted; set again, it is there',
    async ({ open }) => {
      backend = await open();
      const cache = await start(backend.open());
      await cache.mset(keys.map((key) => ({ key, value: 'intact' })));
      expect(await cache.get('a')).toBe('intact');
      await backend.damage();

      expect(await cache.get('a')).toBeUndefined();
      expect(await cache.mget(keys)).toEqual([undefined, undefined, undefined]);
      expect(app.faults()).toEqual(Array(4).fill('defect checksum'));
      expect(await cache.wrap('b', () => Promise.resolve('computed'))).toBe('computed');
    },
  );

  it('without a store: entries stay in this process, and nothing is counted', async () => {
    const cache = await start();
    await cache.mset(keys.map((key) => ({ key, value: key })));
    await cache.del('b');

    expect(await cache.mget(keys)).toEqual(['a', undefined, 'c']);
    expect(app.faults()).toEqual([]);
  });

  it('a value over the limit: counted, the older one is gone, and what was set with it is there', async () => {
    const cache = await start(new MemoryStore({ maxBytes: 1_000_000, clock: appClock }));
    await cache.set('a', 'older');
    await cache.mset([
      { key: 'a', value: randomText(1_000_000) },
      { key: 'b', value: 'small' },
    ]);

    expect(app.faults()).toEqual(['write CACHE_ENTRY_TOO_LARGE']);
    expect(await cache.mget(['a', 'b'])).toEqual([undefined, 'small']);
  });
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
