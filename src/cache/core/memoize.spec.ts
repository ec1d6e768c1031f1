import { CacheUsageError } from '../base/errors.js';
import { memoize } from './memoize.js';
import { collectionTag, EVERYTHING, uuidTag, type Tag } from '../versions/tag.js';
import { PATIENT, seeSnapshot, TAGS } from '../../../test/support/cache-authority.js';
import { turn } from '../../../test/support/cache-gate.js';
import { cacheHarness, MINUTE_MS, recordCall, snapshotLoader } from '../../../test/support/cache-harness.js';

const patientTag = uuidTag('patient');
const ID = '7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34';

/** A memoized function of a patient, that says how often it ran. */
function memoized(options: object = {}) {
  const harness = cacheHarness();
  const fn = async (id: string, ..._more: unknown[]): Promise<string | null> => {
    fn.runs++;
    await seeSnapshot(new Map(harness.authority.committed));
    return `${id.slice(0, 4)} of ${harness.authority.committed.get(PATIENT)?.counter}`;
  };
  fn.runs = 0;
  const tags = (id: string, ..._more: unknown[]): readonly Tag[] => [patientTag(id)];
  return { ...harness, fn, read: memoize(harness.cache, fn, { name: 'record', tags, ...options }) };
}

describe('memoize', () => {
  // Guards memoize.ts: `args: canonicalArguments(keyed, of)`.
  it('runs once for equal arguments, and once for others', async () => {
    const { fn, read } = memoized();
    expect(await read(ID)).toBe(await read(ID));
    expect(fn.runs).toBe(1);
    await read(ID, 'more');

    expect(fn.runs).toBe(2);
  });

  // Guards memoize.ts: `canonicalTags(options.tags(…))`, with the tag of everything among them.
  it.each([
    ['its tag', PATIENT],
    ['everything', EVERYTHING],
  ])('%s is raised: it runs again', async (_, tag) => {
    const { fn, read, authority } = memoized();
    await read(ID);
    authority.commit(tag);
    authority.tell();
    await read(ID);

    expect(fn.runs).toBe(2);
  });

  // Guards tag.ts, uuidTag: `toLowerCase`. Counterexample "rule 8 off: two spellings of one tag".
  it('rule 8: another spelling of the id is the same tag, so that a change is seen under it', async () => {
    const { fn, read, authority } = memoized();
    await read(ID.toUpperCase());
    await read(ID.toUpperCase());
    expect(fn.runs).toBe(1);
    authority.commit(PATIENT);
    authority.tell();

    expect(await read(ID.toUpperCase())).toBe('7B1D of 2');
  });

  // Guards memoize.ts: `options.key`.
  it('`key` says what the result depends on', async () => {
    const { fn, read } = memoized({ key: (id: string) => id });
    await read(ID, 'a');
    await read(ID, 'b');

    expect(fn.runs).toBe(1);
  });

  // Guards memoize.ts, tagsOf: the catch.
  it('the tags function throws: it runs uncached, and no error comes out', async () => {
    const { fn, read } = memoized();
    await read('no uuid');

    expect(await read('no uuid')).toBe('no u of 1');
    expect(fn.runs).toBe(2);
  });

  // Guards memoize.ts, tagsOf: `currentLoad()?.refuse('tags-failed')`.
  it('the tags function throws inside another load: that one is not stored, since nobody knows what it depends on', async () => {
    const { cache, authority, read } = memoized();
    const outer = snapshotLoader(authority, () => read('no uuid'));

    expect(await cache.getOrLoad(recordCall(), outer)).toMatchObject({ notStored: 'tags-failed' });
    expect((await cache.getOrLoad(recordCall(), outer)).source).toBe('load');
  });

  // Guards memoize.ts: `settled`.
  it('hands its options on', async () => {
    const { cache, authority, read, clock } = memoized({ ttl: '1m', staleIfError: '1h' });
    await read(ID);
    expect(cache.local.newest(`record#["${ID}"]`, clock.now())?.expiresAtMs).toBe(clock.now() + MINUTE_MS);
    authority.commit(PATIENT);
    authority.tell();
    const failing = memoize(cache, (_id: string) => Promise.reject<string>(new Error('down')), {
      name: 'record',
      tags: () => TAGS,
      staleIfError: '1h',
    });

    expect(await failing(ID)).toBe('7b1d of 1');
  });

  // Guards memoize.ts: ttl has no tags but that of everything.
  it('ttl: it expires, and a flush ends it', async () => {
    const { cache, authority, clock } = memoized();
    let runs = 0;
    const read = memoize(cache, () => Promise.resolve(++runs), {
      name: 'list',
      consistency: 'ttl',
      ttl: '5s',
    });
    expect([await read(), await read()]).toEqual([1, 1]);
    clock.advance(6_000);
    expect(await read()).toBe(2);
    authority.commit(EVERYTHING);
    authority.tell();

    expect(await read()).toBe(3);
  });

  // Guards memoize.ts: what is wrong is said when it is made, not when it is called.
  it.each([
    ['an empty name', { name: '' }],
    ['a ttl of nothing', { ttl: '0s' }],
    ['a ttl in no unit', { ttl: '5' }],
    ['a stale-if-error of nothing', { staleIfError: '0s' }],
  ])('%s: refused at once', (_, options) => {
    const { cache } = cacheHarness();
    const make = () =>
      memoize(cache, () => Promise.resolve(1), {
        name: 'list',
        tags: () => [collectionTag('patients')],
        ...(options as object),
      });

    expect(make).toThrow(CacheUsageError);
  });

  // Guards memoize.ts: the value goes through the cache's copies.
  it('absent is cached as well', async () => {
    const { cache, authority } = memoized();
    const loader = snapshotLoader(authority, () => null);
    const read = memoize(cache, loader, { name: 'none', tags: () => TAGS });
    expect([await read(), await read()]).toEqual([null, null]);
    await turn();

    expect(loader.runs).toBe(1);
  });
});
