import { createCache as createManager, type Cache } from 'cache-manager';
import { Keyv } from 'keyv';
import { createCache, type RunningCache } from '../../src/cache/index.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { cacheOptions, FEED_TIMEOUT_MS, startManagerApp, type ManagerApp } from './support/manager-app.js';

const keys = Array.from({ length: 60 }, (_, i) => `key-${i}`);
const entries = keys.map((key) => ({ key, value: key }));
const absences = keys.map(() => undefined);

describe.each(BACKENDS)('CACHE_MANAGER over $kind: clear', ({ open }) => {
  let database: TestDatabase;
  let backend: Backend;
  let app: ManagerApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    backend = await open();
    app = await startManagerApp(database.url, backend.open());
  });
  afterAll(async () => {
    await app.close();
    await backend.remove();
    await database.drop();
  });

  /** A cache of another namespace over the same table. */
  const managerOf = (running: RunningCache, namespace: string): Cache =>
    createManager({
      stores: [
        new Keyv({
          store: running.keyvStore(namespace),
          namespace,
          useKeyPrefix: false,
          throwOnErrors: true,
        }),
      ],
    });

  it('everything is gone at once, without one request to the store; what is set afterwards stays', async () => {
    await app.cache.mset(entries);
    expect(await app.cache.mget(keys)).toEqual(keys);
    backend.forget();

    expect(await app.cache.clear()).toBe(true);
    // No scan, no deletes: one row of PostgreSQL, whatever the number of keys.
    expect(backend.sent()).toEqual([]);
    expect(await app.cache.mget(keys)).toEqual(absences);

    await app.cache.mset(entries);
    expect(await app.cache.mget(keys)).toEqual(keys);
  });

  it('clears its own namespace: the keys of others stay, and theirs leave ours alone', async () => {
    const running = await createCache(cacheOptions(database.url, backend.open()));
    // The last one is no name that could be part of a tag as it is.
    const others = ['other', 'cache-manage', 'cache-manager2', 'Über alles: #1'].map((namespace) =>
      managerOf(running, namespace),
    );
    await app.cache.set('shared', 'ours');
    await Promise.all(others.map((other, i) => other.set('shared', i)));

    await app.cache.clear();
    expect(await app.cache.get('shared')).toBeUndefined();
    expect(await Promise.all(others.map((other) => other.get('shared')))).toEqual([0, 1, 2, 3]);

    await app.cache.set('shared', 'ours');
    await others[3]!.clear();
    expect(await app.cache.get('shared')).toBe('ours');
    expect(await Promise.all(others.map((other) => other.get('shared')))).toEqual([0, 1, 2, undefined]);
    await running.close();
  });

  it('is seen by a second instance within the bound, and a key that it sets then is seen by the first', async () => {
    const second = await startManagerApp(database.url, backend.open());
    await app.cache.mset(entries);
    expect(await second.cache.mget(keys)).toEqual(keys);

    await app.cache.clear();
    await waitUntil('cleared', async () => (await second.cache.get('key-0')) === undefined, FEED_TIMEOUT_MS);
    expect(await second.cache.mget(keys)).toEqual(absences);
    await second.cache.set('key-1', 'by the second');
    expect(await app.cache.get('key-1')).toBe('by the second');
    await second.close();
  });

  it('eight instances that use a namespace first, at once: what each has set stays', async () => {
    const instances = await Promise.all(
      keys.slice(0, 8).map(() => createCache(cacheOptions(database.url, backend.open()))),
    );
    for (let round = 0; round < 5; round++) {
      const caches = instances.map((running) => managerOf(running, `first-${round}`));
      await Promise.all(caches.map((cache, i) => cache.set(`of-${i}`, i)));
      expect(await caches[0]!.mget(caches.map((_, i) => `of-${i}`))).toEqual(caches.map((_, i) => i));
    }
    await Promise.all(instances.map((running) => running.close()));
  });

  it('a flush of everything clears it too', async () => {
    const running = await createCache(cacheOptions(database.url, backend.open()));
    await app.cache.set('flushed', 'v');
    const { EVERYTHING } = await import('../../src/cache/index.js');
    await running.authority.bump([EVERYTHING]);

    await waitUntil('flushed', async () => (await app.cache.get('flushed')) === undefined, FEED_TIMEOUT_MS);
    await running.close();
  });
});
