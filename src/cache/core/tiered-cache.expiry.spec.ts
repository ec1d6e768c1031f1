import { EVERYTHING } from '../versions/tag.js';
import { Gate, turn } from '../../../test/support/cache-gate.js';
import {
  cacheHarness,
  countOf,
  MINUTE_MS,
  recordCall,
  snapshotLoader,
} from '../../../test/support/cache-harness.js';

const EXPIRING = { tags: [EVERYTHING], consistency: 'ttl' as const, ttlMs: 10 * MINUTE_MS };
const LOAD_MS = 1_000;

/** An expiring call whose load takes a second, and is in the cache already. */
async function expiring(random: () => number) {
  const harness = cacheHarness({ random });
  let n = 0;
  const loader = snapshotLoader(harness.authority, () => {
    harness.clock.advance(LOAD_MS);
    return ++n;
  });
  const call = recordCall<number>(EXPIRING);
  await harness.cache.getOrLoad(call, loader);
  const read = () => harness.cache.getOrLoad(call, loader);
  return { ...harness, loader, call, read };
}

describe('TieredCache, expiry', () => {
  // Guards origin-load.ts, toEntry: `jitter`, and TTL_JITTER.
  it.each([
    [0, 0.9],
    [0.5, 1],
    [0.999999, 1.1],
  ])('the ttl is jittered by 10 %%: a draw of %p makes it %p of what was asked for', async (draw, factor) => {
    const { cache, authority } = cacheHarness({ random: () => draw });
    const { ttlMs } = await cache.getOrLoad(
      recordCall({ ttlMs: 100_000 }),
      snapshotLoader(authority, () => 1),
    );

    expect(ttlMs / 100_000).toBeCloseTo(factor, 4);
  });

  // Guards local-tier.ts, get: `expiresAtMs > nowMs`.
  it('an entry is there until its ttl ends, and gone from then on', async () => {
    const { cache, authority, clock } = cacheHarness({ shared: false });
    const loader = snapshotLoader(authority, () => 'data');
    const call = recordCall({ ttlMs: MINUTE_MS });
    await cache.getOrLoad(call, loader);
    clock.advance(MINUTE_MS - 1);
    expect((await cache.getOrLoad(call, loader)).source).toBe('L1');
    clock.advance(1);

    expect((await cache.getOrLoad(call, loader)).source).toBe('load');
  });

  // Guards origin-load.ts, toEntry: `isAbsence ? call.negativeTtlMs : call.ttlMs`.
  it('"there is none" is cached, for its own time', async () => {
    const { cache, authority, clock } = cacheHarness();
    const loader = snapshotLoader(authority, () => null);
    const call = recordCall({ ttlMs: 60 * MINUTE_MS, negativeTtlMs: MINUTE_MS });
    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: null, ttlMs: MINUTE_MS });
    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: null, source: 'L1' });
    clock.advance(MINUTE_MS);

    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: null, source: 'load' });
  });

  // Guards tiered-cache.ts, known: without an authority there are no versions, and everything else works.
  it('without an authority: plain expiry', async () => {
    const { cache, clock } = cacheHarness({ authority: false });
    let runs = 0;
    const loader = () => Promise.resolve(++runs);
    const call = recordCall<number>(EXPIRING);
    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: 1, notStored: undefined });
    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: 1, source: 'L1' });
    clock.advance(EXPIRING.ttlMs);

    expect(await cache.getOrLoad(call, loader)).toMatchObject({ value: 2, source: 'load' });
  });

  describe('early refresh (XFetch)', () => {
    // A draw of 0.95 asks for a refresh from -ln(0.05) = 3.0 load times before the end on; the ttl is 1.09 of 600 s.
    const DRAW = 0.95;
    const TTL_MS = Math.round(EXPIRING.ttlMs * 1.09);

    // Guards tiered-cache.ts, isDueEarly: the formula.
    it('near the end the old value is answered, and a new one loaded meanwhile', async () => {
      const { clock, read, loader, events } = await expiring(() => DRAW);
      clock.advance(TTL_MS - 4 * LOAD_MS);
      expect(await read()).toMatchObject({ value: 1, source: 'L1' });
      await turn();
      expect(loader.runs).toBe(1);

      clock.advance(2 * LOAD_MS);
      expect(await read()).toMatchObject({ value: 1, source: 'L1' });
      await turn();

      expect(loader.runs).toBe(2);
      expect(countOf(events, { type: 'refreshed-early' })).toBe(1);
      expect(await read()).toMatchObject({ value: 2, source: 'L1' });
    });

    // Guards tiered-cache.ts, isDueEarly: `1 - random()`: the logarithm of 0 would refresh on every hit.
    it('a draw of 0 never refreshes early', async () => {
      const { clock, read, loader } = await expiring(() => 0);
      clock.advance(EXPIRING.ttlMs * 0.9 - 1);
      await read();
      await turn();

      expect(loader.runs).toBe(1);
    });

    // Guards tiered-cache.ts, refresh: `if (this.flights.has(key)) return`.
    it('many hits near the end: one refresh', async () => {
      const { cache, clock, call, authority, events } = await expiring(() => DRAW);
      clock.advance(TTL_MS - LOAD_MS);
      const gate = new Gate();
      const slow = snapshotLoader(authority, () => gate.pass().then(() => 2));
      for (let i = 0; i < 50; i++) await cache.getOrLoad(call, slow);
      gate.open();
      await turn();

      expect(slow.runs).toBe(1);
      expect(countOf(events, { type: 'refreshed-early' })).toBe(1);
    });

    // Guards tiered-cache.ts, refresh: the catch.
    it('the refresh fails: counted, nobody is told, and the old value stays', async () => {
      const { cache, clock, call, events, read } = await expiring(() => DRAW);
      clock.advance(TTL_MS - LOAD_MS);
      const failing = () => Promise.reject(new Error('gone'));
      expect(await cache.getOrLoad(call, failing)).toMatchObject({ value: 1 });
      await turn();

      expect(countOf(events, { type: 'load-failed' })).toBe(1);
      expect(await read()).toMatchObject({ value: 1 });
    });

    // Guards tiered-cache.ts, isDueEarly: `call.consistency !== 'ttl'`.
    it('an entry with versions is never refreshed early: it needs none', async () => {
      const { cache, authority, clock, events } = cacheHarness({ random: () => DRAW });
      const loader = snapshotLoader(authority, () => {
        clock.advance(LOAD_MS);
        return 'data';
      });
      const call = recordCall({ ttlMs: EXPIRING.ttlMs });
      await cache.getOrLoad(call, loader);
      clock.advance(TTL_MS - 1);
      expect(await cache.getOrLoad(call, loader)).toMatchObject({ source: 'L1' });
      await turn();

      expect(loader.runs).toBe(1);
      expect(countOf(events, { type: 'refreshed-early' })).toBe(0);
    });
  });
});
