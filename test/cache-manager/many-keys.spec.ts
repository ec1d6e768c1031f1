import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startManagerApp, type ManagerApp } from './support/manager-app.js';
import { resetClock, setClockAhead } from './support/time.js';

const COUNT = 250;
const keys = Array.from({ length: COUNT }, (_, i) => `key-${i}`);

/** DynamoDB takes 25 items or gives 100 at once; memory is asked once. */
const REQUESTS: Readonly<
  Record<string, { readonly written: readonly string[]; readonly read: readonly string[] }>
> = {
  MemoryStore: { written: ['write'], read: ['read'] },
  DynamoStore: { written: Array(10).fill('batchWrite'), read: Array(3).fill('batchGet') },
};

describe.each(BACKENDS)(`CACHE_MANAGER over $kind: ${COUNT} keys at once`, ({ kind, open }) => {
  const { written, read } = REQUESTS[kind]!;
  let database: TestDatabase;
  let backend: Backend;
  let app: ManagerApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    backend = await open();
    app = await startManagerApp(database.url, backend.open());
  });
  beforeEach(async () => {
    await app.cache.mset(keys.map((key, value) => ({ key, value })));
    backend.forget();
  });
  afterEach(() => {
    resetClock();
    expect(app.faults()).toEqual([]);
  });
  afterAll(async () => {
    await app.close();
    await backend.remove();
    await database.drop();
  });

  it('mset: all are stored, in batches', async () => {
    await app.cache.mset(keys.map((key, i) => ({ key, value: `new-${i}` })));

    expect(backend.sent()).toEqual(written);
    expect(backend.rows()).toBe(COUNT);
    expect(await app.cache.get('key-249')).toBe('new-249');
  });

  it('mget: the values in the order of the keys, undefined for what is absent, in batches', async () => {
    const asked = ['absent', ...keys.toReversed().slice(1), 'key-0'];
    const values = await app.cache.mget(asked);

    expect(values).toEqual([
      undefined,
      ...keys
        .map((_, i) => i)
        .toReversed()
        .slice(1),
      0,
    ]);
    expect(backend.sent()).toEqual(read);
  });

  it('mdel: all are gone, in batches, and nothing else', async () => {
    const deleted = keys.slice(1);
    await app.cache.mset([{ key: 'other', value: 'stays' }]);
    backend.forget();

    expect(await app.cache.mdel(deleted)).toBe(true);
    expect(backend.sent()).toEqual(written);
    expect(backend.rows()).toBe(COUNT - 1);
    expect(await app.cache.mget([...keys, 'other'])).toEqual([0, ...deleted.map(() => undefined), 'stays']);
  });

  it('mset: each entry has its own ttl', async () => {
    await app.cache.mset(keys.map((key, i) => ({ key, value: i, ...(i % 2 === 0 ? { ttl: 1_000 } : {}) })));
    setClockAhead(5_000);

    expect(await app.cache.mget(keys)).toEqual(keys.map((_, i) => (i % 2 === 0 ? undefined : i)));
  });

  it('mset of one key twice: the last value stays', async () => {
    await app.cache.mset([
      { key: 'twice', value: 1 },
      { key: 'twice', value: 2 },
    ]);

    expect(await app.cache.get('twice')).toBe(2);
  });

  it('mget, mset and mdel of no keys: nothing happens', async () => {
    await app.cache.mset([]);
    await app.cache.mdel([]);

    expect(await app.cache.mget([])).toEqual([]);
    expect(backend.rows()).toBe(0);
    expect(await app.cache.get('key-7')).toBe(7);
  });
});
