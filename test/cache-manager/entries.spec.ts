import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { BACKENDS, type Backend } from './support/backends.js';
import { startManagerApp, type ManagerApp } from './support/manager-app.js';
import { randomText } from './support/random-text.js';
import { resetClock, setClockAhead } from './support/time.js';

const YEAR_MS = 365 * 24 * 3_600_000;

describe.each(BACKENDS)('CACHE_MANAGER over $kind: single entries', ({ open }) => {
  let database: TestDatabase;
  let backend: Backend;
  let app: ManagerApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    backend = await open();
    app = await startManagerApp(database.url, backend.open());
  });
  afterEach(() => {
    resetClock();
    // Nothing of what is usual counts as a fault.
    expect(app.faults()).toEqual([]);
  });
  afterAll(async () => {
    await app.close();
    await backend.remove();
    await database.drop();
  });

  it('set, at the first use of the namespace, many at once: all are there', async () => {
    const keys = Array.from({ length: 20 }, (_, i) => `first-${i}`);
    await Promise.all(keys.map((key) => app.cache.set(key, key)));

    expect(await Promise.all(keys.map((key) => app.cache.get(key)))).toEqual(keys);
  });

  it('set with a ttl in ms: there until it is over, gone then', async () => {
    const started = Date.now();
    await app.cache.set('ttl', 'v', 2_000);
    expect(await app.cache.get('ttl')).toBe('v');
    const expires = await app.cache.ttl('ttl');
    expect(expires).toBeGreaterThanOrEqual(started + 2_000);
    expect(expires).toBeLessThanOrEqual(Date.now() + 2_000);

    setClockAhead(1_000);
    expect(await app.cache.get('ttl')).toBe('v');
    setClockAhead(2_001);
    expect(await app.cache.get('ttl')).toBeUndefined();
    expect(await app.cache.ttl('ttl')).toBeUndefined();
  });

  it.each([undefined, 0, Infinity, Number.NaN, Number.MAX_SAFE_INTEGER])(
    'set with ttl %p: it stays',
    async (ttl) => {
      await app.cache.set('stays', `v${ttl}`, ttl);
      expect(await app.cache.get('stays')).toBe(`v${ttl}`);

      setClockAhead(9 * YEAR_MS);
      expect(await app.cache.get('stays')).toBe(`v${ttl}`);
    },
  );

  it('set with a ttl that is over already: what was there before is gone', async () => {
    await app.cache.set('over', 'older');
    await app.cache.set('over', 'newer', -1);

    expect(await app.cache.get('over')).toBeUndefined();
  });

  it('set again: the newer value and its own ttl', async () => {
    await app.cache.set('again', 'older', 1_000);
    await app.cache.set('again', 'newer');
    expect(await app.cache.get('again')).toBe('newer');

    setClockAhead(10_000);
    expect(await app.cache.get('again')).toBe('newer');
  });

  it('del: gone, also for a second time and what never was; set afterwards: there', async () => {
    await app.cache.set('del', 'v');
    expect(await app.cache.del('del')).toBe(true);
    expect(await app.cache.get('del')).toBeUndefined();
    expect(await app.cache.del('del')).toBe(true);
    expect(await app.cache.del('never')).toBe(true);

    await app.cache.set('del', 'back');
    expect(await app.cache.get('del')).toBe('back');
  });

  it.each([
    ['null', null],
    ['zero', 0],
    ['a negative number', -1.5e-7],
    ['no text', ''],
    ['false', false],
    ['true', true],
    ['no items', []],
    ['no fields', {}],
    ['nested', { a: [{ b: { c: [null, 0, '', false, { 'd e': 'f' }] } }] }],
    ['any text', 'Zoë \u{1F9EC} עברית 中文 \u0000\u2028 :base64:x ::y "\\'],
    ['names that mean something elsewhere', { constructor: 1, expires: 2, value: 3, toString: 'x' }],
    ['bytes', Buffer.from([0, 1, 254, 255])],
    ['a text of 1 MB', 'ä€x'.repeat(175_000)],
    ['a text of 1 MB that does not compress', randomText(1_000_000)],
  ])('get: %s as it was set', async (name, value) => {
    await app.cache.set(`value-${name}`, value);

    expect(await app.cache.get(`value-${name}`)).toEqual(value);
    expect(await app.cache.mget([`value-${name}`])).toEqual([value]);
  });

  it('undefined is no value: get gives undefined, and what was there before is gone', async () => {
    await app.cache.set('undefined', 'older');
    await app.cache.set('undefined', undefined);

    expect(await app.cache.get('undefined')).toBeUndefined();
  });

  it('keys with any characters, of any length, and like the namespace: each has its own value', async () => {
    const long = 'k'.repeat(4_999);
    const keys = [
      '',
      ' ',
      'a',
      'A',
      'cache-manager:a',
      'cache-manager:cache-manager:a',
      'keyv:a',
      'a#b',
      'a#=b',
      'a:b',
      'a/b?c=d&e',
      '%61',
      '~',
      '*',
      '["a"]',
      'new\nline',
      'nul\u0000',
      'é',
      'é'.normalize('NFD'),
      '\u{1F9EC}',
      '\ud83e',
      '\udd8c',
      '__proto__',
      `${long}1`,
      `${long}2`,
      `${'\u{1F9EC}'.repeat(2_500)}`,
    ];
    await Promise.all(keys.map((key, i) => app.cache.set(key, i)));
    expect(await Promise.all(keys.map((key) => app.cache.get(key)))).toEqual(keys.map((_, i) => i));
    expect(await app.cache.mget(keys)).toEqual(keys.map((_, i) => i));

    await app.cache.mset(keys.map((key, i) => ({ key, value: `m${i}` })));
    expect(await Promise.all(keys.map((key) => app.cache.get(key)))).toEqual(keys.map((_, i) => `m${i}`));

    await app.cache.del('a');
    expect(await app.cache.mget(['a', 'cache-manager:a', 'A'])).toEqual([undefined, 'm4', 'm3']);
  });

  it('sets and gets at once: every get gives a value that somebody set, whole, and the last one stays', async () => {
    const values = Array.from({ length: 40 }, (_, i) => ({ writer: i, text: `${i},`.repeat(1_000) }));
    await app.cache.set('busy', values[0]);
    const gets = values.map(async (value) => {
      const set = app.cache.set('busy', value);
      const got = await app.cache.get<(typeof values)[number]>('busy');
      await set;
      return got;
    });
    for (const got of await Promise.all(gets)) expect(got).toEqual(values[got!.writer]);

    await app.cache.set('busy', 'last');
    expect(await app.cache.get('busy')).toBe('last');
  });
});
