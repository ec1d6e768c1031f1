import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { waitUntil } from '../support/wait-until.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startManagerApp, type ManagerApp } from './support/manager-app.js';
import { resetClock, setClockAhead } from './support/time.js';

describe.each(BACKENDS)('CACHE_MANAGER over $kind: wrap', ({ open }) => {
  let database: TestDatabase;
  let backend: Backend;
  let app: ManagerApp;
  let computed: number;
  const compute = (): Promise<number> => Promise.resolve(++computed);

  beforeAll(async () => {
    database = await createTestDatabase();
    backend = await open();
    app = await startManagerApp(database.url, backend.open());
  });
  beforeEach(() => {
    computed = 0;
  });
  afterEach(resetClock);
  afterAll(async () => {
    await app.close();
    await backend.remove();
    await database.drop();
  });

  it('computes once, then hits, and computes again after the ttl', async () => {
    expect(await app.cache.wrap('ttl', compute, 2_000)).toBe(1);
    expect(await app.cache.wrap('ttl', compute, 2_000)).toBe(1);
    setClockAhead(2_001);
    expect(await app.cache.wrap('ttl', compute, 2_000)).toBe(2);
    expect(await app.cache.wrap('ttl', compute, 2_000)).toBe(2);

    expect(computed).toBe(2);
  });

  it('computes once for all that ask at once', async () => {
    const values = await Promise.all(Array.from({ length: 50 }, () => app.cache.wrap('at once', compute)));

    expect(values).toEqual(Array(50).fill(1));
  });

  it('is hit by a second instance, and by get', async () => {
    const other = await startManagerApp(database.url, backend.open());
    await app.cache.wrap('shared', compute);

    expect(await other.cache.wrap('shared', compute)).toBe(1);
    expect(await other.cache.get('shared')).toBe(1);
    await other.close();
  });

  it.each([null, 0, '', false])('keeps %p, which is a value', async (value) => {
    const give = (): Promise<unknown> => compute().then(() => value);
    expect(await app.cache.wrap(`value ${value}`, give)).toBe(value);
    expect(await app.cache.wrap(`value ${value}`, give)).toBe(value);

    expect(computed).toBe(1);
  });

  it('refreshes in the background what has less than the threshold left', async () => {
    expect(await app.cache.wrap('early', compute, 10_000, 5_000)).toBe(1);
    setClockAhead(7_000);
    expect(await app.cache.wrap('early', compute, 10_000, 5_000)).toBe(1);

    await waitUntil('refreshed', async () => (await app.cache.get('early')) === 2);
  });

  it('a failing computation rejects and is not kept', async () => {
    await expect(app.cache.wrap('fails', () => Promise.reject(new Error('origin')))).rejects.toThrow(
      'origin',
    );

    expect(await app.cache.wrap('fails', compute)).toBe(1);
  });
});
