import { jest } from '@jest/globals';
import { KeyScheme } from '../keys/cache-key.js';
import type { CacheCall } from './cache-call.js';
import { bypassCache } from './load-scope.js';
import { EVERYTHING, uuidTag } from '../versions/tag.js';
import { PATIENT, version, versions } from '../../../test/support/cache-authority.js';
import {
  cacheHarness,
  countOf,
  MINUTE_MS,
  recordCall,
  snapshotLoader,
} from '../../../test/support/cache-harness.js';

const LOAD_MS = 1_000;
const CONVERSATION = uuidTag('conversation')('7b1d4a52-8f0e-4c3b-9a57-2f8e6c1d0b34');

/** A call that is in the cache; its load took a second. */
async function cached(overrides: Partial<CacheCall<string>> = {}, wanted: readonly string[] = []) {
  const harness = cacheHarness({
    random: () => 0.5,
    watcher: { wants: ({ name }) => wanted.includes(name), hit: () => undefined },
  });
  const call = recordCall<string>(overrides);
  const loader = snapshotLoader(harness.authority, () => {
    harness.clock.advance(LOAD_MS);
    return 'data';
  });
  await harness.cache.getOrLoad(call, loader);
  return { ...harness, call };
}

// Guards tiered-cache.ts, hitAtOnce: each line of it.
describe('TieredCache.hitAtOnce', () => {
  it('what is there is answered and counted, without a look-up', async () => {
    const { cache, call, authority, events } = await cached();
    const before = authority.lookUps.length;

    expect(cache.hitAtOnce(call)).toMatchObject({ value: 'data', source: 'L1' });
    expect(countOf(events, { type: 'hit', tier: 'L1' })).toBe(1);
    expect(authority.lookUps).toHaveLength(before);
  });

  it('what is not there is not counted: whoever loads it counts the miss', async () => {
    const { cache, call, events } = await cached();

    expect(cache.hitAtOnce({ ...call, args: '["2"]' })).toBeUndefined();
    expect(countOf(events, { type: 'miss', tier: 'L1' })).toBe(1);
  });

  it('after a change that this instance knows of, not the old value', async () => {
    const { cache, call, authority } = await cached();
    authority.commit(PATIENT);
    authority.tell();

    expect(cache.hitAtOnce(call)).toBeUndefined();
  });

  it('where versions have to be asked for: nothing', async () => {
    const { cache, call, authority } = await cached();

    expect(cache.hitAtOnce({ ...call, consistency: 'strong' })).toBeUndefined();
    expect(cache.hitAtOnce({ ...call, floor: versions(2) })).toBeUndefined();
    authority.trusted = false;
    expect(cache.hitAtOnce(call)).toBeUndefined();
  });

  it('inside a transaction, and after the end: nothing', async () => {
    const { cache, call } = await cached();

    expect(bypassCache(() => cache.hitAtOnce(call))).toBeUndefined();
    await cache.close();
    expect(cache.hitAtOnce(call)).toBeUndefined();
  });

  it('an entry that depends on more than its key is left to whoever can ask for it', async () => {
    const { cache, call, authority } = await cached({ name: 'whole' });
    authority.committed.set(CONVERSATION, version(1));
    authority.told.set(CONVERSATION, version(1));
    const inner = recordCall<string>({ name: 'part', tags: [EVERYTHING, CONVERSATION] });
    const part = snapshotLoader(authority, () => 'part');
    const whole = snapshotLoader(authority, async () => (await cache.getOrLoad(inner, part)).value);
    const outer = { ...call, args: '["nested"]' };
    await cache.getOrLoad(outer, whole);

    expect(await cache.getOrLoad(outer, whole)).toMatchObject({ source: 'L1' });
    expect(cache.hitAtOnce(outer)).toBeUndefined();
  });

  it('a hit that is to be checked is left to whoever has the loader', async () => {
    const { cache, call, events } = await cached({}, ['record']);

    expect(cache.hitAtOnce(call)).toBeUndefined();
    expect(countOf(events, { type: 'hit', tier: 'L1' })).toBe(0);
  });

  it('an expiring entry is left to whoever may load it anew, as soon as that may be due', async () => {
    const ttlMs = 10 * MINUTE_MS;
    const { cache, call, clock } = await cached({ tags: [EVERYTHING], consistency: 'ttl', ttlMs });
    clock.advance(ttlMs - 37 * LOAD_MS);
    expect(cache.hitAtOnce(call)).toMatchObject({ value: 'data' });
    clock.advance(LOAD_MS);

    expect(cache.hitAtOnce(call)).toBeUndefined();
  });

  // Guards origin-load.ts, keysOf: `isCurrent ? current.keys`; and that a miss hands its keys on.
  it('a miss that was looked for at once makes its keys twice, and once more only where its load saw a newer version', async () => {
    const { cache, authority, store } = cacheHarness();
    const made = jest.spyOn(KeyScheme.prototype, 'of');
    const miss = async (args: string) => {
      made.mockClear();
      const call = recordCall<string>({ args });
      cache.hitAtOnce(call);
      const outcome = await cache.getOrLoad(
        call,
        snapshotLoader(authority, () => 'data'),
      );
      expect(outcome.notStored).toBeUndefined();
      await cache.settle(1_000);
      return made.mock.calls.length;
    };

    expect(await miss('["first"]')).toBe(2);
    authority.commit(PATIENT);
    expect(await miss('["second"]')).toBe(3);
    expect(store.count('write')).toBe(2);
    made.mockRestore();
  });
});
