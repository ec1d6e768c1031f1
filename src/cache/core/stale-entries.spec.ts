import type { CacheCall } from './cache-call.js';
import { CacheError } from '../base/errors.js';
import { EVERYTHING } from '../versions/tag.js';
import { FakeAuthority, PATIENT } from '../../../test/support/cache-authority.js';
import { turn } from '../../../test/support/cache-gate.js';
import {
  cacheHarness,
  countOf,
  MINUTE_MS,
  recordCall,
  snapshotLoader,
} from '../../../test/support/cache-harness.js';

const HOUR_MS = 60 * MINUTE_MS;
const DOWN = new Error('the origin is down');

type Harness = ReturnType<typeof cacheHarness>;

/** A record that is cached, was changed since, and whose origin is down now. */
async function outage(overrides: Partial<CacheCall<unknown>> = {}, value: unknown = 'old') {
  const harness = cacheHarness();
  const call = recordCall({ staleIfErrorMs: HOUR_MS, ttlMs: 24 * HOUR_MS, ...overrides });
  const store = async (read: unknown, cache = harness.cache): Promise<void> => {
    await cache.getOrLoad(
      call,
      snapshotLoader(harness.authority, () => read),
    );
    await turn();
  };
  await store(value);
  change(harness);
  const ask = (cache = harness.cache, changed: Partial<CacheCall<unknown>> = {}) =>
    cache.getOrLoad({ ...call, ...changed }, () => Promise.reject(DOWN));
  return { ...harness, l2: harness.store, call, store, ask };
}

function change({ authority, clock }: Pick<Harness, 'authority' | 'clock'>): void {
  authority.commit(PATIENT);
  authority.tell();
  clock.advance(MINUTE_MS);
}

describe('stale-if-error', () => {
  // Guards tiered-cache.ts, orStale.
  it('the origin is down: the newest older entry answers, marked with its age', async () => {
    const { ask, events } = await outage();

    expect(await ask()).toMatchObject({ value: 'old', source: 'stale', ageMs: MINUTE_MS });
    expect(countOf(events, { type: 'served-stale' })).toBe(1);
    expect(countOf(events, { type: 'load-failed' })).toBe(1);
  });

  // Guards stale-entries.ts: `shared?.newest(…)`.
  it('an instance that never had it answers from the shared tier', async () => {
    const { ask, instance, authority } = await outage();
    const other = instance();
    await other.cache.getOrLoad(
      recordCall({ name: 'another' }),
      snapshotLoader(authority, () => 1),
    );

    expect(await ask(other.cache)).toMatchObject({ value: 'old', source: 'stale' });
  });

  // Guards tiered-cache.ts, loadUnversioned: `orStale`.
  it('the authority is down together with the origin: the same', async () => {
    const { ask, authority } = await outage();
    authority.trusted = false;
    authority.down = true;

    expect(await ask()).toMatchObject({ value: 'old', source: 'stale' });
  });

  // Guards stale-entries.ts: `ageMs > call.staleIfErrorMs`.
  it('it is older than allowed: the error', async () => {
    const { ask, clock } = await outage();
    clock.advance(HOUR_MS - MINUTE_MS);
    expect(await ask()).toMatchObject({ source: 'stale', ageMs: HOUR_MS });
    clock.advance(1);

    await expect(ask()).rejects.toBe(DOWN);
  });

  // Guards stale-entries.ts: `call.staleIfErrorMs <= 0`. It is off by default.
  it('it is not asked for: the error', async () => {
    const { ask, store, authority } = await outage();
    await store('of this moment');
    authority.commit(PATIENT);
    authority.tell();

    await expect(ask(undefined, { staleIfErrorMs: 0 })).rejects.toBe(DOWN);
  });

  // Guards stale-entries.ts: `call.consistency === 'strong'`.
  it('never under strong', async () => {
    const { ask } = await outage();
    await expect(ask(undefined, { consistency: 'strong' })).rejects.toBe(DOWN);
  });

  // Guards stale-entries.ts: `call.isOutage?.(error) === false`.
  it('the error says that the request is wrong, not that the origin is down: the error', async () => {
    const { ask } = await outage();
    await expect(ask(undefined, { isOutage: () => false })).rejects.toBe(DOWN);
    expect(await ask(undefined, { isOutage: (error) => error === DOWN })).toMatchObject({ source: 'stale' });
  });

  // Guards tiered-cache.ts, orStale: `error instanceof CacheError`.
  it('the origin lags: it is not down', async () => {
    const { cache, call } = await outage();
    const lagging = () => Promise.reject(new CacheError('CACHE_ORIGIN_LAGGING', 'made by a test'));
    await expect(cache.getOrLoad(call, lagging)).rejects.toMatchObject({ code: 'CACHE_ORIGIN_LAGGING' });
  });

  // Guards stale-entries.ts: `newest.everything !== …`.
  it.each([
    ['the authority answers', false],
    ['the authority is down now', true],
  ])('never from before a flush (%s)', async (_, down) => {
    const { ask, authority } = await outage();
    authority.commit(EVERYTHING);
    authority.tell();
    authority.trusted = !down;
    authority.down = down;

    await expect(ask()).rejects.toBe(DOWN);
  });

  // Guards stale-entries.ts: an instance that does not know the version of everything serves nothing stale.
  it('an instance that has not seen the authority yet cannot know of a flush: the error', async () => {
    const { ask, instance } = await outage();
    const unheard = new FakeAuthority();
    unheard.trusted = false;
    unheard.down = true;

    await expect(ask(instance(unheard).cache)).rejects.toBe(DOWN);
  });

  // Guards tiered-cache.ts, orStale: nothing is stored; and the next load is not spared.
  it('it is stored under no current key: the origin comes back, and is asked', async () => {
    const { ask, store, cache, call } = await outage();
    await ask();
    await expect(
      cache.getOrLoad({ ...call, mode: 'only-if-cached' }, () => Promise.reject(DOWN)),
    ).rejects.toMatchObject({ code: 'CACHE_NOT_CACHED' });
    await store('new');

    expect(await ask()).toMatchObject({ value: 'new', source: 'L1' });
  });

  describe('which is the newest', () => {
    // Guards local-tier.ts, set: `last`; entry-filler.ts: an entry that says "none" is one.
    it('a cached "none" is not skipped for an older record', async () => {
      const harness = await outage({ negativeTtlMs: 24 * HOUR_MS });
      await harness.store(null);
      change(harness);

      expect(await harness.ask()).toMatchObject({ value: null, source: 'stale' });
    });

    // Guards stale-entries.ts: `(shared?.createdAtMs ?? 0) <= local.createdAtMs`.
    it('another instance stored a newer one in the shared tier: that one', async () => {
      const harness = await outage();
      await harness.store('newer', harness.instance().cache);
      change(harness);

      expect(await harness.ask()).toMatchObject({ value: 'newer', source: 'stale' });
    });

    // Guards stale-entries.ts: `local !== undefined`.
    it('the newest is only here, since it could not be stored in the shared tier: that one', async () => {
      const harness = await outage();
      harness.l2.fail(DOWN, 'write');
      await harness.store('newer');
      change(harness);

      expect(await harness.ask()).toMatchObject({ value: 'newer', source: 'stale' });
    });

    // Guards shared-tier.ts, decode: `isTime(stored.createdAtMs)`. Its age could not be judged.
    it('what the shared tier gives has no date: it is not served', async () => {
      const { ask, instance, l2, authority } = await outage();
      const other = instance();
      await other.cache.getOrLoad(
        recordCall({ name: 'another' }),
        snapshotLoader(authority, () => 1),
      );
      l2.distort = (entry) => ({ ...entry, createdAtMs: undefined });

      await expect(ask(other.cache)).rejects.toBe(DOWN);
      expect(countOf(other.events, { type: 'defect', reason: 'malformed' })).toBe(1);
    });
  });
});
